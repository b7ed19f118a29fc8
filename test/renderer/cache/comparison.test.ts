import type { History } from '../../../src/shared/history'
import type { CacheInfo } from '../../../src/shared/schemas'
import { expect, it } from 'vitest'
import { createCacheHistory } from '../../../src/renderer/src/views/cache/cache-history'
import { compareSpans, missBars } from '../../../src/renderer/src/views/cache/statistics/comparison'

/** As many times this number. */
function times(count: number, value: number): number[] {
  return Array.from<number>({ length: count }).fill(value)
}

/** Seconds in which nothing happened but what is said; each list may be shorter than the rows. */
function history(first: number, rows: number, said: Partial<History> = {}): History {
  const filled = (list: readonly (number | null)[] = []): (number | null)[] =>
    Array.from<number | null>({ length: rows }).map((_, row) => list[row] ?? 0)
  return {
    step: 1,
    first,
    rows,
    events: [],
    ...said,
    hits: filled(said.hits),
    stale: filled(said.stale),
    misses: said.misses ?? {},
    off: filled(said.off),
    p50: filled(said.p50).map(time => time === 0 ? null : time),
    p99: filled(said.p99).map(time => time === 0 ? null : time),
    bytes: filled(),
    evictions: filled(said.evictions),
  }
}

// Red: in cache-history.ts leave out `missed = missed.filter(…)`.
it('counts misses by reason in the last minute and in all of the window, each second once', () => {
  const told = createCacheHistory()
  told.add(history(1000, 100, { misses: { expired: [5], absent: times(100, 1) } }))
  expect(told.misses(60)).toEqual({ absent: 60 })
  expect(told.misses(900)).toEqual({ absent: 100, expired: 5 })
  told.add(history(1100, 0))
  // The server's clock was set back: the last ten seconds are told again.
  told.add(history(1090, 20, { misses: { evicted: [1, 1] } }))
  expect(told.misses(900)).toEqual({ absent: 90, expired: 5, evicted: 2 })
  told.add(history(2000, 10, { misses: {} }))
  expect(told.misses(900)).toEqual({})
  told.clear()
  expect([told.newest(), told.misses(900)]).toEqual([0, {}])
})

const cache = {
  name: 'products',
  statistics: {
    hits: 900,
    staleHits: 3,
    hitRatio: 0.9,
    sets: 7,
    deletes: 6,
    evictions: 5,
    expirations: 4,
    misses: { absent: 80, expired: 20, evicted: 0, flushed: 0, invalidated: 0, disabled: 11 },
    latency: { count: 1000, p50: 10, p90: 20, p99: 30, max: 40 },
  },
} as unknown as CacheInfo

it('compares the last minute, the last 15 and the time since the start', () => {
  const told = createCacheHistory()
  const early = times(40, 10)
  told.add(history(1000, 100, {
    hits: [...early, ...times(60, 1)],
    misses: { absent: [...times(40, 0), ...times(60, 1)] },
    p50: [...times(99, 5), 500],
    p99: [900],
  }))
  const rows = new Map(compareSpans(cache, told.samples(900, 1)).map(({ name, texts }) => [name, texts]))
  expect(rows.get('Hit ratio')).toEqual(['50.0%', '88.5%', '90.0%'])
  expect(rows.get('Hits')).toEqual(['60', '460', '900'])
  expect(rows.get('Misses')).toEqual(['60', '60', '100'])
  expect(rows.get('503')).toEqual(['0', '0', '11'])
  expect(rows.get('p50')).toEqual(['5.00 µs', '5.00 µs', '10.0 µs'])
  expect(rows.get('p99')).toEqual(['–', '900 µs', '30.0 µs'])
  expect(rows.get('Evicted')).toEqual(['', '', '5'])
})

it('leads from each reason to its requests; bars are parts of the last 15 minutes', () => {
  const bars = missBars(cache, { minute: { absent: 1 }, quarter: { absent: 1, expired: 3 } }, true)
  expect(bars.map(({ name, part, texts }) => [name, part, ...texts])).toEqual([
    ['absent', 0.25, '1', '1', '80'],
    ['expired', 0.75, '0', '3', '20'],
    ['evicted', 0, '0', '0', '0'],
    ['flushed', 0, '0', '0', '0'],
    ['invalidated', 0, '0', '0', '0'],
  ])
  expect(bars[1]?.to).toEqual({ name: 'requests', query: { filter: 'cache:products reason:expired' } })
  expect(missBars(cache, { minute: {}, quarter: {} }, false)[0]).toMatchObject({ part: 0 })
  expect(missBars(cache, { minute: {}, quarter: {} }, false)[0]).not.toHaveProperty('to')
})
