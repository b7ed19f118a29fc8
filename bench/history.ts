import process from 'node:process'
import { createEventHub } from '../src/main/base/event-hub'
import { createEngine } from '../src/main/cache/engine'
import { createHistory } from '../src/main/serving/history/history'
import { initialSettings } from '../src/shared/cache-settings'
import { createMemoryJournal } from '../test/helpers/memory-journal'

/**
 * Measures what the history costs: a sample of many caches, all of which were read since the last
 * one, per request that it covers. Fails above 100 ns.
 *
 *   npm run bench:history [caches] [requests per cache and second]
 */
const caches = Number(process.argv[2] ?? 50)
const requests = Number(process.argv[3] ?? 200)
const seconds = 300
/** Nanoseconds. */
const most = 100

let now = Date.UTC(2026, 0, 1)
const clock = { real: true as const, wall: () => now, monotonic: () => now }
const stopwatch = { now: clock.monotonic }
const logger = { debug() {}, info() {}, warn() {}, error: console.error }
const engine = createEngine({ clock, stopwatch, journal: createMemoryJournal(), budget: 2 ** 28, logger })
const history = createHistory({
  engine,
  clock,
  stopwatch,
  hub: createEventHub(console.error),
  logger,
})
const opened = Array.from({ length: caches }, (_, i) =>
  engine.open({ ...initialSettings, id: `c${i}`, space: 'o', name: `cache-${i}` }))

/** Nanoseconds of this thread's own processor time, which excludes other programs. */
function cost(work: () => void): number {
  const start = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) * 1000
}

let spent = 0
for (let second = 0; second < seconds; second++) {
  for (const cache of opened) {
    for (let request = 0; request < requests; request++) {
      cache.get('k')
      cache.recordLatency(20 + request)
    }
  }
  now += 1000
  spent += cost(history.sample)
}
const perSample = spent / seconds
const perRequest = perSample / caches / requests
console.log(`${caches} caches, ${requests} requests/s each: ${(perSample / 1000).toFixed(0)} µs a second, `
  + `${(perSample / caches / 1000).toFixed(1)} µs a cache, ${perRequest.toFixed(1)} ns a request`)
history.dispose()
await engine.dispose()
if (perRequest > most) {
  console.error(`More than ${most} ns a request.`)
  process.exitCode = 1
}
