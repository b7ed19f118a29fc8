import { describe, expect, it } from 'vitest'
import { createLiveWindow, quantile, windowSeconds } from '../../../src/renderer/src/live/live-window'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'

type Statistics = Parameters<ReturnType<typeof createLiveWindow>['add']>[0]

function statistics(hits: number, absent: number, requestsPerSecond = 0, bytes = 0): Statistics {
  const misses = { ...mapRows(missReasons, () => 0), absent }
  const latency = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 }
  return {
    uptime: 1,
    enabled: true,
    caches: 1,
    entries: 1,
    bytes,
    budget: 1000,
    rss: 1,
    requests: 1,
    failing: [],
    requestsPerSecond,
    totals: { hits, staleHits: 0, misses, sets: 0, deletes: 0, evictions: 0, expirations: 0, hitRatio: null, latency },
  }
}

describe('live window', () => {
  it('tells the ten seconds before each reading', () => {
    const window = createLiveWindow()
    window.add(statistics(100, 100, 3, 7), 1000, [99_999])
    expect(window.samples()).toEqual([{ at: 1000, hitRatio: null, rate: 3, p50: null, p99: null, memory: 7 }])
    window.add(statistics(103, 101), 1004, [10, 20, 30])
    window.add(statistics(103, 105), 1008, [40])
    expect(window
      .samples()
      .slice(1)
      .map(({ hitRatio, p50, p99 }) => [hitRatio, p50, p99])).toEqual([[0.75, 20, 30], [0.375, 20, 40]])
    // The first reading is now more than ten seconds old.
    window.add(statistics(103, 105), 1012, [])
    expect(window.samples().at(-1)).toMatchObject({ hitRatio: 0, p50: 40 })
  })

  it('says nothing of a second in which the counters fell', () => {
    const window = createLiveWindow()
    window.add(statistics(100, 100), 1000, [])
    window.add(statistics(1, 1), 1001, [])
    expect(window.samples().at(-1)?.hitRatio).toBeNull()
    window.add(statistics(2, 1), 1002, [])
    expect(window.samples().at(-1)?.hitRatio).toBe(1)
  })

  it('leaves a gap where nobody looked, and forgets what is too old', () => {
    const window = createLiveWindow()
    window.add(statistics(0, 0, 1), 1000, [])
    window.add(statistics(0, 0, 2), 1006, [])
    expect(window.samples().map(({ at, rate }) => [at, rate])).toEqual([[1000, 1], [1001, null], [1006, 2]])
    for (let at = 1007; at < 4000; at++)
      window.add(statistics(0, 0), at, [])
    expect(window.samples()).toHaveLength(windowSeconds)
  })

  it('starts anew when the clock goes back, and when it is cleared', () => {
    const window = createLiveWindow()
    window.add(statistics(0, 0), 1000, [])
    window.add(statistics(5, 0), 400, [])
    expect(window.samples().map(({ at, hitRatio }) => [at, hitRatio])).toEqual([[400, null]])
    window.clear()
    expect(window.samples()).toEqual([])
  })
})

it.each<[number[], number, number | null]>([
  [[], 0.5, null],
  [[7], 0.5, 7],
  [[7], 0.99, 7],
  [[3, 1, 2], 0.5, 2],
  [[4, 3, 1, 2], 0.5, 2],
  [Array.from({ length: 100 }, (_, i) => i + 1), 0.99, 99],
])('quantile of %j at %s is %s', (values, part, expected) => expect(quantile(values, part)).toBe(expected))
