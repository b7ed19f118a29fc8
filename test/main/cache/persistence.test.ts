import { expect, it } from 'vitest'
import { bytesOf, createMapStore } from './map-store'
import { asHit, bytes, definitionOf, keysOf, read, setUp } from './workbench'

it('finds the entries again after a restart: value, type, tags, version, times and order', () => {
  const first = setUp({ persistent: true, ttl: 100 })
  first.cache.set('a', bytes('1'), { tags: ['t'], contentType: 'text/plain', grace: 5 })
  first.cache.set('b', bytes('2'), { ttl: null })
  first.cache.set('c', bytes('3'), { ttl: 3 })
  first.cache.set('d', bytes('4'))
  first.cache.delete('d')
  first.clock.advance(4_000)
  const before = asHit(first.cache.peek('a'))
  const { cache, clock, journal } = setUp({ persistent: true, ttl: 100 }, { earlier: first })
  expect(asHit(cache.peek('a'))).toEqual(before)
  expect(asHit(cache.peek('b')).ttl).toBeNull()
  expect(keysOf(cache)).toEqual(['a', 'b'])
  expect([...journal.kept.get('c1')?.keys() ?? []]).toEqual(['a', 'b'])
  expect(cache.set('a', bytes('9')).version).toBeGreaterThan(before.version)
  clock.advance(100_000)
  expect(cache.size).toBe(2)
})

it('gives versions above all that were loaded, even when the wall clock was set back', () => {
  const first = setUp({ persistent: true, ttl: null })
  const { version } = first.cache.set('a', bytes('1'))
  first.clock.jump(-86_400_000)
  const { cache } = setUp({ persistent: true, ttl: null }, { earlier: first })
  expect(cache.set('b', bytes('2')).version).toBeGreaterThan(version)
})

// R10. Red: leave `excess` out of restoreLifetime in lifetime.ts: the entry lives a day too long.
it('r10 an entry has never more than its TTL left after a restart', () => {
  const first = setUp({ persistent: true })
  first.cache.set('a', bytes('1'), { ttl: 10, grace: 5 })
  first.clock.jump(-86_400_000)
  const { cache, clock } = setUp({ persistent: true }, { earlier: first })
  expect(asHit(cache.peek('a'))).toMatchObject({ ttl: 10, age: 0 })
  clock.advance(15_000)
  expect(read(cache, 'a')).toBe('(expired)')
})

// Red: in src/main/cache/lifetime.ts leave `times.grace` out of restoreLifetime.
it('a grace outlives soft invalidation and a restart', () => {
  const first = setUp({ persistent: true, ttl: 100 })
  first.cache.set('soft', bytes('1'), { grace: 5 })
  first.cache.set('endless', bytes('1'), { ttl: null, grace: 5 })
  first.cache.invalidate({ keys: ['soft'] }, { soft: true })
  const { cache } = setUp({ persistent: true }, { earlier: first })
  expect(asHit(cache.peek('soft'))).toMatchObject({ ttl: 0, grace: 100 })
  for (const key of ['soft', 'endless']) {
    cache.touch(key, 50)
    expect(asHit(cache.peek(key))).toMatchObject({ ttl: 50, grace: 5 })
  }
})

it('journals touches, soft invalidation, eviction, expiry and flush', () => {
  const { cache, clock, engine, journal } = setUp({ persistent: true, maxEntries: 2 })
  cache.set('a', bytes('1'))
  cache.touch('a', 50)
  cache.invalidate({ prefix: 'a' }, { soft: true })
  cache.set('b', bytes('1'), { ttl: 1 })
  cache.set('c', bytes('1'))
  clock.advance(1_000)
  engine.sweep()
  cache.flush()
  expect(journal.calls).toEqual(['put a', 'retime a', 'retime a', 'put b', 'put c', 'remove a', 'remove b', 'clear'])
})

it('journals sliding restarts at most once in a tenth of the TTL', () => {
  const { cache, clock, journal } = setUp({ persistent: true, sliding: true, ttl: 10 })
  cache.set('a', bytes('1'))
  for (let hit = 0; hit < 5000; hit++) {
    clock.advance(1)
    cache.get('a')
  }
  expect(journal.calls.filter(call => call === 'retime a')).toHaveLength(5)
})

it('writes all entries when made persistent, oldest use first, and none after', () => {
  const { cache, journal } = setUp()
  for (const key of ['a', 'b', 'c'])
    cache.set(key, bytes(key))
  cache.get('a')
  expect(journal.calls).toEqual([])
  cache.configure({ persistent: true })
  expect([...journal.kept.get('c1')?.keys() ?? []]).toEqual(['b', 'c', 'a'])
  cache.configure({ persistent: false })
  cache.set('d', bytes('d'))
  expect(journal.kept.get('c1')?.size).toBe(0)
})

it('keeps the latest of what no longer fits, and forgets the rest', () => {
  const first = setUp({ persistent: true })
  for (const key of ['a', 'b', 'c', 'd'])
    first.cache.set(key, bytes('1'))
  const byCount = setUp({ persistent: true, maxEntries: 3 }, { earlier: first })
  expect(keysOf(byCount.cache)).toEqual(['b', 'c', 'd'])
  const budget = 2 * bytesOf('a', { value: bytes('1'), contentType: 'application/octet-stream', tags: [] })
  const byBudget = setUp({ persistent: true }, { earlier: first, budget, createStore: createMapStore })
  expect(keysOf(byBudget.cache)).toEqual(['c', 'd'])
  expect([...first.journal.kept.get('c1')?.keys() ?? []]).toEqual(['c', 'd'])
})

it('drops the persisted entries with the cache, and keeps them on dispose', async () => {
  const { engine, cache, journal } = setUp({ persistent: true })
  const other = engine.open(definitionOf({ id: 'c2', name: 'other', persistent: true }))
  cache.set('a', bytes('1'))
  other.set('b', bytes('2'))
  engine.close('c2')
  await engine.dispose()
  await engine.dispose()
  expect([journal.kept.get('c1')?.size, journal.kept.get('c2')?.size]).toEqual([1, 0])
})
