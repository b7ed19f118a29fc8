import type { Cache, PageQuery } from '../../../../src/main/cache/ports'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { systemClock, systemStopwatch } from '../../../../src/main/base/clock'
import { silentLogger } from '../../../../src/main/base/logger'
import { createEngine } from '../../../../src/main/cache/engine'
import { timed } from '../../../helpers/durations'
import { createMemoryJournal } from '../../../helpers/memory-journal'
import { definitionOf } from '../workbench'

const count = timed ? 1_000_000 : 50_000
const windows = 200
const milliseconds = (from: number): number => performance.now() - from

/** Creates pseudo-random numbers that are the same in every run (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6D2B79F5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const random = createRandom(7)
const kinds = ['user', 'session', 'product', 'cart', 'page']
const fields = ['name', 'profile', 'settings', 'seen']
const value = Buffer.alloc(200, 'x')

function keyOf(number: number): string {
  const id = Math.floor(number / (kinds.length * fields.length))
  return `${kinds[number % kinds.length]}:${(Math.imul(id, 2654435761) >>> 0).toString(36)}:${fields[Math.floor(number / kinds.length) % fields.length]}`
}

function write(cache: Cache, number: number): void {
  cache.set(
    keyOf(number),
    value.subarray(0, random(200)),
    { ttl: number % 3 === 0 ? null : 3600 + random(3600), tags: number % 10 === 0 ? ['tenth'] : [] },
  )
}

interface Build { ms: number, cpu: number, slices: number[] }

/** Returns the milliseconds that this thread has computed, whatever else the machine does. */
function worked(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Reads the first page, and measures for how long each slice blocks the event loop. */
async function build(cache: Cache, query: PageQuery): Promise<Build> {
  const start = performance.now()
  const startOfWork = worked()
  const slices: number[] = []
  const state = { built: false }
  const page = cache.page(query).finally(() => state.built = true)
  for (let last = performance.now(); !state.built; last = performance.now()) {
    await setImmediate()
    slices.push(milliseconds(last))
  }
  await page
  return { ms: milliseconds(start), cpu: worked() - startOfWork, slices: slices.sort((a, b) => a - b) }
}

async function timesOf(cache: Cache, query: PageQuery): Promise<{ median: number, worst: number, rows: number }> {
  const { rows } = await cache.page(query)
  const times: number[] = []
  for (let window = 0; window < windows; window++) {
    const start = performance.now()
    const page = await cache.page({ ...query, offset: random(Math.max(1, rows)) })
    times.push(milliseconds(start))
    expect(page.rows).toBe(rows)
  }
  times.sort((a, b) => a - b)
  return { median: at(times, 0.5), worst: at(times, 1), rows }
}

const base: PageQuery = { sort: 'key', order: 'asc', limit: 100 }
const queries: Record<string, PageQuery> = {
  'key': base,
  'key, descending': { ...base, order: 'desc' },
  'size': { ...base, sort: 'size' },
  'ttl': { ...base, sort: 'ttl' },
  'hits, descending': { ...base, sort: 'hits', order: 'desc' },
  'age': { ...base, sort: 'age' },
  'prefix (a fifth)': { ...base, filter: { prefix: 'user:' } },
  'prefix by size': { ...base, sort: 'size', filter: { prefix: 'user:' } },
  'folders of the root': { ...base, delimiter: ':' },
  'folders of a folder': { ...base, delimiter: ':', filter: { prefix: 'user:' } },
  'flat tree by hits': { ...base, sort: 'hits', delimiter: '/' },
  'glob': { ...base, filter: { glob: '*:pro*' } },
  'tag (a tenth)': { ...base, filter: { tag: 'tenth' } },
  'no expiry (a third)': { ...base, filter: { filter: 'ttl:none' } },
  'age, by size': { ...base, sort: 'size', filter: { filter: 'age<1h size>100' } },
}

it(`serves any window of ${count.toLocaleString('en')} entries${timed ? ' in 50 ms at most' : ''}`, async () => {
  const engine = createEngine({
    clock: systemClock,
    stopwatch: systemStopwatch,
    journal: createMemoryJournal(),
    budget: 2 ** 30,
    logger: silentLogger,
  })
  try {
    const cache = engine.open(definitionOf({ ttl: null }))
    for (let number = 0; number < count; number++)
      write(cache, number)
    for (let hit = 0; hit < count / 5; hit++)
      cache.get(keyOf(Math.min(random(count), random(count))))
    const rows: Record<string, unknown> = {}
    for (const [name, query] of Object.entries(queries)) {
      const first = await build(cache, query)
      const { median, worst, rows: size } = await timesOf(cache, query)
      rows[name] = {
        'rows': size,
        'built ms': Math.round(first.ms),
        'cpu ms': Math.round(first.cpu),
        'slice p50 ms': round(at(first.slices, 0.5)),
        'p99': round(at(first.slices, 0.99)),
        'max': round(at(first.slices, 1)),
        'window p50 ms': round(median),
        'window max ms': round(worst),
      }
      if (timed)
        expect.soft(median, name).toBeLessThan(50)
    }
    console.table(rows)
    expect((await cache.page(base)).total).toBe(cache.size)
  }
  finally {
    await engine.dispose()
  }
}, 300_000)

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity
}

function round(number: number): number {
  return Math.round(number * 100) / 100
}
