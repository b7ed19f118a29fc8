import type { WriteOptions } from '../../../src/main/cache/ports'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { createEngine } from '../../../src/main/cache/engine'
import { evictionNames } from '../../../src/shared/evictions'

/*
 * Runs in its own process because of its memory: writes of many sizes into three caches under a
 * budget of 64 MB. Prints the maximum of the accounted bytes and the peak resident size. `tags` and
 * `types` give each entry 16 unique tags or a unique content type.
 */
const writes = Number(process.argv[2])
const kind = process.argv[3]
function ignore(): void {}
const journal = {
  page: () => ({ take: () => undefined, next: null }),
  pageLater: async () => ({ take: () => undefined, next: null }),
  find: () => undefined,
  oldest: () => null,
  put: ignore,
  retime: ignore,
  remove: ignore,
  clear: ignore,
  isBehind: () => false,
  room: async () => {},
  commit: () => undefined,
  flush: async () => {},
  health: () => 'ok',
  close: async () => {},
}
const engine = createEngine({
  clock: systemClock,
  stopwatch: systemStopwatch,
  journal,
  budget: 64e6,
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
})
// Not from the table of settings, whose schemas would load the schema library into this process.
const settings = {
  ttl: 60,
  sliding: false,
  maxEntries: null,
  maxBytes: null,
  reserve: null,
  format: 'none' as const,
  persistent: false,
  durability: 'everysec' as const,
  source: null,
  backend: null,
  gateway: null,
  redisOff: null,
  enabled: true,
}
const caches = evictionNames.map(eviction =>
  engine.open({ ...settings, id: eviction, space: 'o', name: eviction, eviction }))

let state = 1
function random(): number {
  state = Math.imul(state ^ (state >>> 15), 0x2C1B3C6D) + 0x9E3779B9 | 0
  return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
}

function optionsOf(write: number): WriteOptions {
  if (kind === 'tags')
    return { tags: Array.from({ length: 16 }, (_, index) => decodeURIComponent(`tag:${write}:${index}`)) }
  if (kind === 'types')
    return { contentType: `text/${'x'.repeat(100)}${write}` }
  return { tags: random() < 0.05 ? [`tag:${write % 1000}`] : [] }
}

/**
 * Returns the peak in bytes. Linux needs another source, because there `maxRSS` is never below the
 * size of the parent process at the start (getrusage(2) counts it over `execve`).
 */
function highestResident(): number {
  if (process.platform !== 'linux')
    return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
}

let accounted = 0
for (let write = 0; write < writes; write++) {
  const cache = caches[write % 3]
  const size = random()
  const length = Math.floor(size < 0.7 ? random() * 300 : size < 0.99 ? random() * 8000 : random() * 200_000)
  cache?.set(
    `key:${Math.floor(random() * 300_000)}`,
    Buffer.alloc(kind === 'mixed' ? length : 10, 'v'),
    optionsOf(write),
  )
  cache?.get(`key:${Math.floor(random() * 300_000)}`)
  accounted = Math.max(accounted, engine.bytes)
}
const evictions = caches.reduce((sum, cache) => sum + cache.statistics().evictions, 0)
process.stdout.write(JSON.stringify({ accounted, rss: highestResident(), evictions }))
await engine.dispose()
