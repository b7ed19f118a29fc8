import type { Ranked } from '../../../src/main/cache/ranking'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createOffheapStore } from '../../../src/main/cache/offheap/offheap-store'
import { createRanking } from '../../../src/main/cache/ranking'
import { createShares } from '../../../src/main/cache/shares'
import { journalEntries } from '../../helpers/journal-entries'
import { bytesOf, createMapStore } from './map-store'
import { bytes, definitionOf, keysOf, read, setUp } from './workbench'

const one = bytesOf('a', { value: bytes('1'), contentType: 'application/octet-stream', tags: [] })

// Red: in src/main/cache/shares.ts let `toGiveWay` name any other cache that contains entries.
it.each([createMapStore, createOffheapStore])('a load of another cache leaves the small values of `default`, %o', (
  createStore,
) => {
  const { cache, engine, journal, clock } = setUp({ name: 'default', persistent: true }, { budget: 20e6, createStore })
  const keys = ['a', 'b', 'c', 'd', 'e', 'f']
  keys.forEach(key => cache.set(key, bytes(key)))
  clock.advance(1)
  const loaded = engine.open(definitionOf({ id: 'c2', name: 'loaded' }))
  for (let index = 0; index < 40; index++)
    expect(loaded.set(`k${index}`, Buffer.alloc(1e6)).outcome).toBe('created')
  expect(keysOf(cache)).toEqual(keys)
  expect(journalEntries(journal, 'c1').map(({ key }) => key)).toEqual(keys)
  expect(loaded.size).toBeGreaterThan(15)
  expect(engine.bytes).toBeLessThanOrEqual(20e6)
})

// Red: in src/main/cache/cache.ts call `parts.makeRoom` without the cache.
it('a large value that waits for room takes it from its own cache first', async () => {
  const { cache: full, engine } = setUp({}, { budget: 20e6 })
  engine.open(definitionOf({ id: 'c3', name: 'small' })).set('a', bytes('1'))
  for (let index = 0; index < 9; index++)
    full.set(`k${index}`, Buffer.alloc(1e6))
  const written = engine.open(definitionOf({ id: 'c2', name: 'written' }))
  for (let index = 0; index < 6; index++)
    written.set(`k${index}`, Buffer.alloc(1e6))
  await written.roomFor(8e6, 'large')
  expect(written.set('large', Buffer.alloc(8e6)).outcome).toBe('created')
  expect(full.size).toBe(9)
  expect(written.statistics().evictions).toBeGreaterThan(2)
})

// Red: in src/main/cache/shares.ts leave out either condition of `toGiveWay`, or part of one.
it.each([
  { name: 'the written one above its share, though another is fuller', bytes: 0, own: [2, 110], gives: 'own' },
  { name: 'the fullest, if the written one is below its share', bytes: 0, own: [2, 90], gives: 'fuller' },
  { name: 'the fullest, if the written one holds the new entry alone', bytes: 0, own: [1, 110], gives: 'fuller' },
  { name: 'the written one for what is about to come', bytes: 20, own: [1, 90], gives: 'own' },
  { name: 'the written one, if no other is above its share', bytes: 0, own: [1, 110], more: 60, gives: 'own' },
])('gives way: $name', ({ bytes, own: [size = 0, demand = 0], more = 120, gives }) => {
  const ranking = createRanking<Ranked & { name: string }>()
  const [own] = [['own', size, demand], ['fuller', 5, more], ['empty', 0, 0]].map(([name, size, demand]) =>
    ranking.add(() => ({ name: String(name), size: Number(size), demand: Number(demand), reserve: 0, slack: 0 })))
  expect(createShares(ranking, () => 200).toGiveWay(bytes, own)?.name).toBe(gives)
})

// Red: in src/main/cache/engine.ts let `mayHold` return `bytes <= budget`.
it('refuses a value that only the shares of others could hold, and changes nothing', async () => {
  const { cache, engine } = setUp({}, { budget: 10_000, createStore: createMapStore })
  const other = engine.open(definitionOf({ id: 'c2', name: 'other' }))
  other.set('a', Buffer.alloc(4000))
  cache.set('a', bytes('1'))
  await cache.roomFor(9000, 'b')
  expect(cache.set('b', Buffer.alloc(9000)).outcome).toBe('too-large')
  expect([keysOf(cache), keysOf(other)]).toEqual([['a'], ['a']])
  expect(cache.set('b', Buffer.alloc(5500)).outcome).toBe('created')
  expect(read(other, 'a').length).toBe(4000)
})

// Red: in src/main/cache/shares.ts leave `cache.reserve` out of any of its places.
it('a reserve is taken by nobody, and lent while it is not needed', () => {
  const { cache, engine } = setUp({ reserve: 6 * one }, { budget: 8 * one, createStore: createMapStore })
  const other = engine.open(definitionOf({ id: 'c2', name: 'other' }))
  const fill = (into: typeof cache): void =>
    Array.from('abcdefgh').forEach(key => void into.set(key, bytes('1')))
  fill(other)
  expect(other.size).toBe(8)
  fill(cache)
  expect([cache.size, other.size]).toEqual([7, 1])
  fill(other)
  expect([cache.size, other.size]).toEqual([7, 1])
  void cache.configure({ reserve: null })
  fill(other)
  expect([cache.size, other.size]).toEqual([4, 4])
})

// Red: in src/main/cache/shares.ts leave the reserve out of `Math.min` in `most`, or the reserves
// out of `part`; in src/main/cache/engine.ts let `mayHold` return `bytes <= budget`.
it('no write takes from another cache below its share or its reserve', () => {
  const write = fc.record({ into: fc.nat(3), key: fc.nat(9), size: fc.nat({ max: 4000 }) })
  const reserves = fc.array(fc.option(fc.integer({ min: 1, max: 2500 })), { minLength: 4, maxLength: 4 })
  fc.assert(fc.property(reserves, fc.array(write, { maxLength: 60, size: 'max' }), (reserves, writes) => {
    const budget = 10_000
    const { engine } = setUp({}, { budget, createStore: createMapStore })
    engine.close('c1')
    const caches = reserves.map((reserve, index) =>
      engine.open(definitionOf({ id: `r${index}`, name: `r${index}`, reserve })))
    const reserved = reserves.reduce<number>((sum, reserve) => sum + (reserve ?? 0), 0)
    for (const { into, key, size } of writes) {
      const before = caches.map(cache => ({ bytes: cache.bytes, evictions: cache.statistics().evictions }))
      const written = caches[into]
      const outcome = written?.set(`k${key}`, Buffer.alloc(size)).outcome
      const holders = caches.filter((cache, index) => cache.size > 0 || before[index]?.bytes !== 0).length
      for (const [index, cache] of caches.entries()) {
        const share = (reserves[index] ?? 0) + (budget - reserved) / holders
        const lost = cache.statistics().evictions - (before[index]?.evictions ?? 0)
        if (outcome === 'too-large' || (cache !== written && (before[index]?.bytes ?? 0) <= share))
          expect(lost).toBe(0)
      }
      expect(engine.bytes).toBeLessThanOrEqual(budget)
      if (outcome !== 'too-large')
        expect(written?.peek(`k${key}`)?.value.length).toBe(size)
    }
  }))
})
