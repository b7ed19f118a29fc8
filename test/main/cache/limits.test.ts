import { expect, it } from 'vitest'
import { evictions } from '../../../src/shared/evictions'
import { limits } from '../../../src/shared/limits'
import { namesOf } from '../../../src/shared/rows'
import { bytesOf, createMapStore } from './map-store'
import { bytes, keysOf, listen, read, setUp } from './workbench'

// Which entries are evicted, and when: over the Map store, which counts each entry separately.
// offheap-memory.test.ts covers the memory of the off-heap store.
const createStore = createMapStore
const one = bytesOf('a', { value: bytes('1'), contentType: 'application/octet-stream', tags: [] })

it('evicts the least recently used by count: reads and writes count as use', () => {
  const { cache, engine } = setUp({ maxEntries: 3 })
  const heard = listen(engine)
  for (const key of ['a', 'b', 'c'])
    cache.set(key, bytes('1'))
  cache.get('a')
  cache.set('b', bytes('2'))
  cache.set('d', bytes('1'))
  expect(keysOf(cache)).toEqual(['a', 'b', 'd'])
  expect(read(cache, 'c')).toBe('(evicted)')
  expect(cache.statistics().evictions).toBe(1)
  expect(heard.slice(-2)).toEqual(['set d', 'removed c evicted'])
})

it('evicts by bytes, never what was just written', () => {
  const { cache } = setUp({ maxBytes: 2 * one + 10 }, { createStore })
  cache.set('a', bytes('1'))
  cache.set('b', bytes('1'))
  expect(cache.bytes).toBe(2 * one)
  cache.set('c', Buffer.alloc(one))
  expect(keysOf(cache)).toEqual(['c'])
})

it.each([
  { name: 'maxBytes', change: { maxBytes: one }, budget: 2 ** 20 },
  { name: 'the budget', change: {}, budget: one },
])('refuses what $name may never hold, and changes nothing', ({ change, budget }) => {
  const { cache } = setUp(change, { budget, createStore })
  const { version } = cache.set('a', bytes('1'))
  expect(cache.set('a', bytes('12'))).toEqual({ outcome: 'too-large', version })
  expect(cache.set('b', bytes('12'))).toEqual({ outcome: 'too-large', version: 0 })
  expect(read(cache, 'a')).toBe('1')
})

// Over the store that a running Larder uses. Red: `cacheBytesLeast: 5_000` in limits.ts.
it.each(namesOf(evictions))('has room for an entry below the lowest limits that may be set: %s', (eviction) => {
  const small = { contentType: 'application/octet-stream', tags: ['a', 'b'] }
  const limited = setUp({ eviction, maxBytes: limits.cacheBytesLeast }, { budget: limits.budgetLeast }).cache
  expect(limited.set('a-key-of-some-length', bytes('and a value'), small).outcome).toBe('created')
  const without = setUp({ eviction, maxBytes: limits.cacheBytesLeast / 2 }).cache
  expect(without.set('a', bytes(''), { contentType: 'text/plain' }).outcome).toBe('too-large')
})

it('keeps the budget by evicting from the written cache, and when it is lowered from the fullest', () => {
  const { cache: first, engine } = setUp({}, { budget: 4 * one, createStore })
  const second = engine.open({ ...first.definition, id: 'c2', name: 'second' })
  second.set('a', bytes('1'))
  for (const key of ['a', 'b', 'c', 'd'])
    first.set(key, bytes('1'))
  expect([keysOf(first), keysOf(second)]).toEqual([['b', 'c', 'd'], ['a']])
  second.set('b', bytes('1'))
  expect([keysOf(first), keysOf(second)]).toEqual([['c', 'd'], ['a', 'b']])
  second.set('c', bytes('1'))
  expect([keysOf(first), keysOf(second)]).toEqual([['c', 'd'], ['b', 'c']])
  expect(engine.bytes).toBe(first.bytes + second.bytes)
  engine.budget = 2 * one
  expect([keysOf(first), keysOf(second)]).toEqual([['d'], ['c']])
})

it('does not evict the sole entry of a cache for its own write', () => {
  const { cache, engine, clock } = setUp({}, { budget: 2 * one, createStore })
  const busy = engine.open({ ...cache.definition, id: 'c2', name: 'busy' })
  clock.advance(1000)
  for (const key of ['a', 'b'])
    busy.set(key, bytes('1'))
  cache.set('x', bytes('1'))
  expect([keysOf(cache), keysOf(busy)]).toEqual([['x'], ['b']])
})

it('applies lower limits at once', () => {
  const { cache } = setUp({}, { createStore })
  for (const key of ['a', 'b', 'c', 'd'])
    cache.set(key, bytes('1'))
  cache.configure({ maxEntries: 3, ttl: undefined })
  expect(keysOf(cache)).toEqual(['b', 'c', 'd'])
  expect(cache.definition.ttl).toBe(10)
  cache.configure({ maxBytes: one })
  expect(keysOf(cache)).toEqual(['d'])
})

it('comes back to 0 bytes however entries go', () => {
  const { cache, engine, clock } = setUp({ maxEntries: 50 })
  for (let index = 0; index < 200; index++) {
    cache.set(`ключ${index % 70}`, Buffer.alloc(index), {
      tags: [`t${index % 3}`, 'all'],
      ttl: 1 + index % 5,
      contentType: 'text/plain',
    })
  }
  cache.delete('ключ59')
  cache.invalidate({ tag: 't1' })
  cache.increment('n', 1n)
  clock.advance(3_000)
  engine.sweep()
  cache.get('ключ58')
  expect(cache.bytes).toBeGreaterThan(0)
  cache.invalidate({ prefix: '' })
  clock.advance(60_000)
  engine.sweep()
  expect([cache.size, cache.bytes, engine.bytes]).toEqual([0, 0, 0])
  cache.set('a', bytes('1'), { tags: ['x'] })
  cache.flush()
  expect([cache.size, cache.bytes, engine.bytes]).toEqual([0, 0, 0])
})
