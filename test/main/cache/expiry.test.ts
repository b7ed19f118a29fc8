import type { Peek } from '../../../src/main/cache/ports'
import { expect, it } from 'vitest'
import { limits } from '../../../src/shared/limits'
import { restOf } from '../../../src/shared/rest'
import { asHit, bytes, read, setUp } from './workbench'

const day = 86_400_000
const year = 365 * day

// R10. Red: in lifetime.ts drop the `Math.max` with the wall clock (or with the monotonic one) from
// timeOf.
it.each([
  { name: 'R10 both clocks run', ttl: 10, move: c => c.advance(10_000), left: '(expired)' },
  { name: 'R10 just before the end', ttl: 10, move: c => c.advance(9_999), left: 'v' },
  { name: 'R10 wall set a year ahead', ttl: 10, move: c => c.jump(year), left: '(expired)' },
  {
    name: 'R10 wall set a year back, time passes',
    ttl: 10,
    move: c => [c.jump(-year), c.advance(10_000)],
    left: '(expired)',
  },
  { name: 'R10 wall set a year back, still in time', ttl: 10, move: c => [c.jump(-year), c.advance(9_000)], left: 'v' },
  { name: 'R10 eight hours asleep', ttl: 3600, move: c => c.suspend(8 * 3_600_000), left: '(expired)' },
  { name: 'R10 a TTL above 2^31 ms lives', ttl: 40 * 86_400, move: c => c.advance(39 * day), left: 'v' },
  { name: 'R10 a TTL above 2^31 ms ends', ttl: 40 * 86_400, move: c => c.advance(40 * day), left: '(expired)' },
  { name: 'R10 no TTL', ttl: null, move: c => [c.jump(year), c.suspend(year), c.advance(100 * year)], left: 'v' },
] satisfies {
  name: string
  ttl: number | null
  move: (clock: ReturnType<typeof setUp>['clock']) => unknown
  left: string
}[])('$name', ({ ttl, move, left }) => {
  const { cache, clock } = setUp()
  cache.set('k', bytes('v'), { ttl })
  move(clock)
  expect(read(cache, 'k')).toBe(left)
})

// R10. Red: let restartLifetime use the old skew (`lifetime.skew`), and the entry lives a year.
it('r10 a touch while the wall clock is wrong does not outlive its correction', () => {
  const { cache, clock } = setUp({ ttl: null })
  cache.set('k', bytes('v'))
  clock.jump(year)
  cache.touch('k', 10)
  clock.jump(-year)
  clock.advance(9_000)
  expect(read(cache, 'k')).toBe('v')
  clock.advance(1_000)
  expect(read(cache, 'k')).toBe('(expired)')
})

it('serves stale inside the grace and says so', () => {
  const { cache, clock } = setUp()
  cache.set('k', bytes('v'), { ttl: 10, grace: 5 })
  clock.advance(12_000)
  expect(asHit(cache.get('k'))).toMatchObject({ stale: true, ttl: -2, age: 12 })
  clock.advance(3_000)
  expect(read(cache, 'k')).toBe('(expired)')
  expect(cache.statistics()).toMatchObject({ hits: 1, staleHits: 1, expirations: 1, misses: { expired: 1 } })
})

it('is stale from the start with a TTL of 0, and gone without grace', () => {
  const { cache } = setUp()
  cache.set('stale', bytes('v'), { ttl: 0, grace: 1 })
  cache.set('gone', bytes('v'), { ttl: 0 })
  expect(asHit(cache.get('stale')).stale).toBe(true)
  expect(read(cache, 'gone')).toBe('(expired)')
})

it('restarts a sliding TTL on fresh hits alone', () => {
  const { cache, clock } = setUp({ sliding: true })
  cache.set('k', bytes('v'), { grace: 100 })
  for (let round = 0; round < 5; round++) {
    clock.advance(9_000)
    expect(asHit(cache.get('k'))).toMatchObject({ stale: false, ttl: 10 })
  }
  expect(asHit(cache.peek('k')).age).toBe(45)
  clock.advance(10_000)
  expect(asHit(cache.get('k')).stale).toBe(true)
  expect(asHit(cache.get('k')).stale).toBe(true)
})

// Red: in operations.ts leave `givenTtl` out of newLifetime; in lifetime.ts leave out `Math.min`.
it('an entry that is stored again keeps the TTL that it was given, for the next restart', () => {
  const { cache, clock } = setUp({ sliding: true })
  cache.set('k', bytes('v'), { ttl: 4, givenTtl: 100 })
  expect(cache.peek('k')).toMatchObject({ ttl: 4, givenTtl: 100 })
  clock.advance(3_000)
  expect(asHit(cache.get('k')).ttl).toBe(100)
  cache.set('rounded up', bytes('v'), { ttl: 2, givenTtl: 1.5 })
  expect(cache.peek('rounded up')).toMatchObject({ ttl: 1.5, givenTtl: 1.5 })
  cache.set('stale', bytes('v'), { ttl: 0, givenTtl: 100, grace: 5 })
  expect(cache.peek('stale')).toMatchObject({ stale: true, givenTtl: 100, grace: 5 })
})

it('does not slide, count or use on peek', () => {
  const { cache, clock } = setUp({ sliding: true, maxEntries: 2 })
  cache.set('a', bytes('1'))
  cache.set('b', bytes('2'))
  clock.advance(9_000)
  expect(asHit(cache.peek('a'))).toMatchObject({ hits: 0, ttl: 1 })
  cache.set('c', bytes('3'))
  expect(cache.peek('a')).toBeUndefined()
  expect(cache.statistics().hits).toBe(0)
})

it('keeps the deadline through many increments between the ticks of the wall clock', () => {
  const { cache, clock } = setUp()
  cache.increment('n', 1n)
  for (let round = 0; round < 5000; round++) {
    clock.advance(0.9)
    cache.increment('n', 1n)
  }
  expect(asHit(cache.peek('n')).ttl).toBeCloseTo(5.5, 6)
})

it('touches fresh and stale entries, keeping value and version', () => {
  const { cache, clock } = setUp()
  const { version } = cache.set('k', bytes('v'), { ttl: 1, grace: 10 })
  clock.advance(2_000)
  expect(cache.touch('k', 30)).toBe('touched')
  expect(asHit(cache.get('k'))).toMatchObject({ version, stale: false, ttl: 30, age: 2 })
  expect(cache.touch('k', null)).toBe('touched')
  expect(asHit(cache.get('k')).ttl).toBeNull()
  expect(cache.touch('missing', 1)).toBe('missing')
})

it.each([
  { name: 'without grace until the TTL would have ended', grace: 0, lastMoment: 6_999, over: 7_000 },
  { name: 'at least for its grace', grace: 20, lastMoment: 19_999, over: 20_000 },
])('soft invalidation: stale at once, served $name', ({ grace, lastMoment, over }) => {
  const { cache, clock } = setUp()
  cache.set('k', bytes('v'), { grace, tags: ['t'] })
  clock.advance(3_000)
  expect(cache.invalidate({ tag: 't' }, { soft: true })).toBe(1)
  clock.advance(lastMoment)
  // Repeating it does not prolong an entry that is already stale.
  cache.invalidate({ tag: 't' }, { soft: true })
  expect(asHit(cache.get('k')).stale).toBe(true)
  clock.advance(over - lastMoment)
  expect(read(cache, 'k')).toBe('(expired)')
})

// Red: in src/main/cache/operations.ts let `toPeek` tell `entry.grace`.
it.each([
  { ttl: 10, grace: 0, told: 7 },
  { ttl: 10, grace: 20, told: 20 },
  { ttl: null, grace: 5, told: limits.ttl },
])('what was marked stale tells how long it may be served: $told s of $ttl and $grace', ({ ttl, grace, told }) => {
  const { cache, clock } = setUp()
  cache.set('k', bytes('v'), { ttl, grace })
  clock.advance(3_000)
  expect(cache.peek('k')?.grace).toBe(grace)
  cache.invalidate({ prefix: 'k' }, { soft: true })
  expect(cache.peek('k')).toMatchObject({ ttl: 0, grace: told, givenTtl: ttl })
  expect(restOf(cache.peek('k') as Peek)).toMatchObject({ ttl: 0, grace: told })
})

it('sweeps what has expired, over several caches and many slices', () => {
  const { engine, cache, clock } = setUp()
  const other = engine.open({ ...cache.definition, id: 'c2', name: 'other', ttl: null })
  for (let index = 0; index < 1000; index++) {
    cache.set(`k${index}`, bytes('v'), { ttl: index % 2 === 0 ? 1 : 100 })
    other.set(`k${index}`, bytes('v'))
  }
  clock.advance(1_000)
  expect(engine.sweep()).toBe(500)
  expect([cache.size, other.size]).toEqual([500, 1000])
  expect(cache.statistics().expirations).toBe(500)
  expect(engine.sweep()).toBe(0)
})
