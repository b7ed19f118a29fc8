import type { Times } from '../../../src/renderer/src/views/cache/life'
import { expect, it } from 'vitest'
import { lifeOf, timesOf } from '../../../src/renderer/src/views/cache/life'

const read = 1_000_000
const times = (rest: Partial<Times>): Times => ({ age: 0, ttl: 100, grace: 0, readAt: read, ...rest })

/** `life` is phase, seconds left, and the parts that are still to come: fresh, then stale. */
type Row = [name: string, times: Times, seconds: number, ...life: [string, number | null, number, number]]

// Red: in life.ts let `whole` be `age + ttl + grace`, whatever was given.
it.each<Row>([
  ['just stored', times({}), 0, 'fresh', 100, 1, 0],
  ['half over', times({ age: 20, ttl: 80 }), 30, 'fresh', 50, 0.5, 0],
  ['with grace', times({ age: 50, ttl: 50, grace: 100 }), 0, 'fresh', 50, 0.25, 0.5],
  ['stale since a moment', times({ ttl: 10, grace: 30 }), 20, 'stale', 20, 0, 0.5],
  ['read when it was stale', times({ age: 110, ttl: -10, grace: 30 }), 10, 'stale', 10, 0, 10 / 130],
  ['over', times({ ttl: 10 }), 10, 'gone', null, 0, 0],
  ['over with its grace', times({ ttl: 10, grace: 5 }), 15, 'gone', null, 0, 0],
  ['no expiry', times({ ttl: null, grace: 5 }), 1e6, 'endless', null, 1, 0],
  ['touched after an hour', times({ age: 3600, ttl: 150, given: 300 }), 0, 'fresh', 150, 0.5, 0],
  ['given nothing', times({ ttl: 0 }), 0, 'gone', null, 0, 0],
  ['more left than was given', times({ ttl: 200, given: 100 }), 0, 'fresh', 200, 1, 0],
  ['a clock set back', times({ age: 50, ttl: 50 }), -30, 'fresh', 50, 0.5, 0],
])('%s', (_, entry, seconds, phase, left, fresh, stale) => {
  const life = lifeOf(entry, read + seconds * 1000)
  expect(life).toMatchObject({ phase, left })
  expect([life.fresh, life.stale]).toEqual([expect.closeTo(fresh, 6), expect.closeTo(stale, 6)])
})

it.each([
  ['sliding: the last hit gave the TTL of the cache', 60, 300, 300],
  ['sliding, with a longer TTL of its own', 500, 300, null],
  ['not sliding', 60, null, null],
] as const)('%s', (_, ttl, slidingTtl, given) => {
  const entry = {
    key: 'k',
    bytes: 0,
    contentType: '',
    etag: '',
    tags: [],
    age: 7,
    ttl,
    grace: 1,
    state: 'fresh' as const,
    hits: 0,
  }
  expect(timesOf({ kind: 'entry', entry, readAt: 5 }, slidingTtl))
    .toEqual({ age: 7, ttl, grace: 1, readAt: 5, given })
})
