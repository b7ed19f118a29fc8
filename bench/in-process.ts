import type { StoreMaker } from '../src/main/cache/store'
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { systemClock, systemStopwatch } from '../src/main/base/clock'
import { createEngine } from '../src/main/cache/engine'
import { initialSettings } from '../src/shared/cache-settings'
import { createMemoryJournal } from '../test/helpers/memory-journal'
import { createPlainStore } from './plain-store'

/**
 * Measures the memory of an entry in this process, and the speed of set and get: the off-heap store
 * against a Map with one object per entry, in turns.
 *
 *   node --expose-gc --max-semi-space-size=8 --import ./bench/simulator/typescript.mjs \
 *     bench/in-process.ts [entries] [rounds]
 */
const entries = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 3)
const value = Buffer.alloc(100, 'v')
const definition = { ...initialSettings, id: 'c', space: 'o', name: 'bench' }
const logger = { debug() {}, info() {}, warn() {}, error: console.error }
/** Flat strings, like those from requests, created before anything is measured. */
const keys = Array.from({ length: 2 * entries }, (_, index) =>
  Buffer.from(`key:${String(index).padStart(12, '0')}`).toString('latin1'))
const keyOf = (index: number): string => keys[index] as string

interface Figures {
  rss: number
  memory: number
  accounted: number
  set: number
  get: number
  overwrite: number
  slowest: number
}

function settle(): NodeJS.MemoryUsage {
  for (let round = 0; round < 3; round++)
    globalThis.gc?.()
  return process.memoryUsage()
}

/** Calls in a second of this thread's own processor time, which excludes other programs. */
function rate(work: (index: number) => void): number {
  const start = process.threadCpuUsage()
  for (let index = 0; index < entries; index++)
    work(index)
  const { user, system } = process.threadCpuUsage(start)
  return entries / (user + system) * 1e6
}

/** Visits all keys in an order that caches of the processor cannot predict. */
const scattered = (index: number): number => (index * 7_368_787) % entries

async function measure(createStore: StoreMaker | undefined, ttl: number | null): Promise<Figures> {
  const engine = createEngine({
    clock: systemClock,
    stopwatch: systemStopwatch,
    journal: createMemoryJournal(),
    budget: 2 ** 36,
    logger,
    ...createStore && { createStore },
  })
  const cache = engine.open({ ...definition, ttl, eviction: 'lfu' })
  const before = settle()
  let slowest = 0
  const set = rate(index => void cache.set(keyOf(index), value, options))
  const after = settle()
  let found = 0
  const get = rate((index) => {
    const hit = cache.get(keyOf(scattered(index)))
    if (typeof hit !== 'string')
      found += hit.value.length
  })
  if (found !== entries * value.length)
    throw new Error(`Read ${found} bytes of ${entries * value.length}`)
  const overwrite = rate(index => void cache.set(keyOf(scattered(index)), value, options))
  for (let index = 0; index < entries; index++) {
    const start = process.threadCpuUsage()
    cache.set(keyOf(entries + index), value, options)
    const { user, system } = process.threadCpuUsage(start)
    slowest = Math.max(slowest, (user + system) / 1000)
  }
  const figures = {
    rss: (after.rss - before.rss) / entries,
    memory: (after.heapUsed + after.external - before.heapUsed - before.external) / entries,
    accounted: engine.bytes / cache.size,
    set,
    get,
    overwrite,
    slowest,
  }
  await engine.dispose()
  return figures
}

const options = { contentType: 'application/json' }
const stores = [
  { name: 'off-heap, ttl', createStore: undefined, ttl: 3600 },
  { name: 'off-heap, no ttl', createStore: undefined, ttl: null },
  { name: 'Map', createStore: createPlainStore, ttl: 3600 },
]
/**
 * Each measurement runs in a separate process, because memory that an earlier one freed would
 * otherwise not be counted again.
 */
const child = process.argv[4]
if (child === undefined) {
  console.log(
    `${entries} entries of ${keyOf(0).length}-byte keys and ${value.length}-byte values, Node ${process.version}; rates by the thread's own time`,
  )
  for (let round = 0; round < rounds; round++) {
    for (const { name } of stores) {
      execFileSync(
        process.execPath,
        [...process.execArgv, import.meta.filename, String(entries), '1', name],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      )
    }
  }
}
for (const { name, createStore, ttl } of stores.filter(({ name }) => name === child)) {
  const { rss, memory, accounted, set, get, overwrite, slowest } = await measure(createStore, ttl)
  console.log(
    `${name.padEnd(18)} ${rss.toFixed(1)} B RSS, ${memory.toFixed(1)} B heap + external, ${accounted.toFixed(1)} B accounted an entry; ${(set / 1e6).toFixed(2)} M set/s, ${(get / 1e6).toFixed(2)} M get/s, ${(overwrite / 1e6).toFixed(2)} M overwrites/s; slowest set ${slowest.toFixed(1)} ms`,
  )
}
