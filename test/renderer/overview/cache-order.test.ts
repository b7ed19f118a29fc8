import type { CacheOrder } from '../../../src/renderer/src/views/overview/cache-order'
import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/renderer/src/live/verdict'
import {
  heldOrder,
  initialOrder,
  orderCaches,
  orders,
  readOrder,
  turnedOrder,
  writeOrder,
} from '../../../src/renderer/src/views/overview/cache-order'
import { cacheInfo } from '../cache-info'

const { lastMinute } = cacheInfo()
const caches = [
  cacheInfo({ name: 'a10', entries: 5, bytes: 10, ttl: null }),
  cacheInfo({ name: 'a2', entries: 7, bytes: 30, ttl: 60, enabled: false }),
  cacheInfo({ name: 'b', entries: 6, bytes: 20, ttl: 5, lastMinute: { ...lastMinute, hits: 90, evictions: 1 } }),
  cacheInfo({
    name: 'c',
    entries: 5,
    bytes: 40,
    ttl: 600,
    lastMinute: { ...lastMinute, hits: 1, misses: { ...lastMinute.misses, expired: 99 } },
  }),
].map((cache, i) => ({ cache, verdict: judge(cache), rate: i }))

// Red: in src/renderer/src/views/overview/cache-order.ts turn a comparison round.
describe('the order of caches', () => {
  it.each<[CacheOrder['by'], boolean, string]>([
    ['look', false, 'c b a2 a10'],
    ['look', true, 'a10 a2 b c'],
    ['name', false, 'a2 a10 b c'],
    ['name', true, 'c b a10 a2'],
    // Without a ratio, last in both directions.
    ['hits', false, 'c b a2 a10'],
    ['hits', true, 'b c a2 a10'],
    ['top', false, 'c a2 a10 b'],
    ['entries', true, 'a2 b a10 c'],
    ['bytes', true, 'c a2 b a10'],
    ['ttl', false, 'b a2 c a10'],
    ['rate', true, 'c b a2 a10'],
  ])('by %s, down %s', (by, down, names) => {
    expect(orderCaches(caches, { by, down }).map(({ cache }) => cache.name).join(' ')).toBe(names)
  })

  it('is the other way round after a second click', () => {
    expect(turnedOrder(initialOrder, 'name')).toEqual({ by: 'name', down: false })
    expect(turnedOrder({ by: 'name', down: false }, 'name')).toEqual({ by: 'name', down: true })
    expect(turnedOrder(initialOrder, 'bytes')).toEqual({ by: 'bytes', down: true })
  })

  it('survives being written, and nonsense in its place', () => {
    for (const by of orders) {
      for (const down of [true, false])
        expect(readOrder(writeOrder({ by, down }))).toEqual({ by, down })
    }
    for (const text of [null, '', 'colour', '__proto__ down'])
      expect(readOrder(text)).toEqual(initialOrder)
  })

  it.each([
    [['a', 'b'], ['b', 'a'], false, ['b', 'a']],
    [['a', 'b'], ['b', 'a'], true, ['a', 'b']],
    [['a', 'b', 'c'], ['d', 'c', 'a'], true, ['a', 'c', 'd']],
    [[], ['b', 'a'], true, ['b', 'a']],
  ])('%j becomes %j (held: %s): %j', (shown, sorted, held, result) => {
    expect(heldOrder(shown, sorted, held)).toEqual(result)
  })
})
