import type { History } from '../../../src/shared/history'
import { describe, expect, it } from 'vitest'
import { createLiveWindow, hitRatioOf, quantile, windowSeconds } from '../../../src/renderer/src/live/live-window'

/** What the server tells of as many seconds as there are hits. */
function told(first: number, hits: (number | null)[], change: Partial<History> = {}): History {
  const same = <T>(value: T): (T | null)[] => hits.map(count => count === null ? null : value)
  return {
    step: 1,
    first,
    rows: hits.length,
    hits,
    stale: same(0),
    misses: {},
    off: same(0),
    evictions: same(0),
    p50: same(10),
    p99: same(20),
    bytes: same(7),
    events: [],
    ...change,
  }
}

function hitsOf(window: ReturnType<typeof createLiveWindow>): unknown[] {
  return window.samples(windowSeconds, 1).map(({ at, hits }) => [at, hits])
}

describe('live window', () => {
  it('tells each second how reads ended', () => {
    const window = createLiveWindow()
    expect(window.newest()).toBe(0)
    window.add(told(1000, [3, null, 1], { misses: { absent: [1, null, 0], expired: [1, null, 2] }, off: [4, null, 0] }))
    expect(window.newest()).toBe(1002)
    expect(window.samples(windowSeconds, 1)).toEqual([
      { at: 1000, hits: 3, misses: 2, off: 4, p50: 10, p99: 20, memory: 7 },
      { at: 1001, hits: null, misses: null, off: null, p50: null, p99: null, memory: null },
      { at: 1002, hits: 1, misses: 2, off: 0, p50: 10, p99: 20, memory: 7 },
    ])
    expect(hitRatioOf(window.samples(60, 1))).toBe(0.5)
    expect(hitRatioOf(window.samples(1, 1))).toBe(1 / 3)
    expect(hitRatioOf([])).toBeNull()
  })

  it('sums several seconds up, always the same ones', () => {
    const window = createLiveWindow()
    window.add(told(1003, [2, 4, null, 6], { p50: [1, 2, null, 9], p99: [5, 50, null, 9], bytes: [1, 2, null, 4] }))
    expect(window.samples(windowSeconds, 5)).toEqual([
      { at: 1000, hits: 3, misses: 0, off: 0, p50: 1, p99: 50, memory: 2 },
      { at: 1005, hits: 6, misses: 0, off: 0, p50: 9, p99: 9, memory: 4 },
    ])
  })

  it('tells why reads missed, in any part of the time', () => {
    const window = createLiveWindow()
    expect(window.reasons(windowSeconds)).toEqual({})
    window.add(told(1000, [0, 0, null, 0], { misses: { absent: [4, 0, null, 1], expired: [0, 2, null, 0] } }))
    expect(window.reasons(windowSeconds)).toEqual({ absent: 5, expired: 2 })
    expect(window.reasons(3)).toEqual({ absent: 1, expired: 2 })
    // The clock was set back: these seconds are told anew.
    window.add(told(1001, [0], { misses: { flushed: [7] } }))
    expect(window.reasons(windowSeconds)).toEqual({ absent: 4, flushed: 7 })
    window.clear()
    expect(window.reasons(windowSeconds)).toEqual({})
  })

  // Red: in src/renderer/src/live/live-window.ts leave out a filter or the unknown seconds.
  it.each<[string, History[], unknown[]]>([
    ['appends', [told(10, [1, 2]), told(12, [3])], [[10, 1], [11, 2], [12, 3]]],
    ['takes no news for none', [told(10, [1]), told(11, [])], [[10, 1]]],
    ['leaves a gap for a server that was away', [told(10, [1]), told(13, [4])], [
      [10, 1],
      [11, null],
      [12, null],
      [13, 4],
    ]],
    ['takes seconds anew after a clock was set back', [told(10, [1, 2, 3]), told(11, [9])], [[10, 1], [11, 9]]],
    ['begins anew after a clock was set back far', [told(1000, [1]), told(10, [2])], [[10, 2]]],
    ['forgets what is too old', [told(10, [1]), told(5000, [2])], [
      ...Array.from({ length: windowSeconds - 1 }, (_, i) => [5001 - windowSeconds + i, null]),
      [5000, 2],
    ]],
  ])('%s', (_, histories, expected) => {
    const window = createLiveWindow()
    histories.forEach(window.add)
    expect(hitsOf(window)).toEqual(expected)
    window.clear()
    expect(window.samples(windowSeconds, 1)).toEqual([])
  })

  it('keeps the events of its time', () => {
    const window = createLiveWindow()
    const event = (at: number): History['events'][number] => ({ at, kind: 'off', cache: null })
    window.add(told(10, [1, 2], { events: [event(10), event(11.5)] }))
    window.add(told(12, [1], { events: [event(12.2)] }))
    expect(window.events().map(({ at }) => at)).toEqual([10, 11.5, 12.2])
    window.add(told(11, [1], { events: [event(11.9)] }))
    expect(window.events().map(({ at }) => at)).toEqual([10, 11.9])
  })

  it('tells what happened to a renamed cache under its new name', () => {
    const window = createLiveWindow()
    const names = ['a', 'b', null]
    window.add(told(10, [1], { events: names.map(cache => ({ at: 10, kind: 'off', cache })) }))
    window.rename('a', 'c')
    expect(window.events().map(({ cache }) => cache)).toEqual(['c', 'b', null])
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
