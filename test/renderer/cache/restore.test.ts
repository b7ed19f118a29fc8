import { expect, it } from 'vitest'
import { restore } from '../../../src/renderer/src/views/cache/entry/restore'
import { restOf } from '../../../src/shared/rest'

it.each([
  ['fresh', { ttl: 6.5, grace: 20 }, { ttl: 6.5, grace: 20 }],
  ['endless', { ttl: null, grace: 0 }, { ttl: null, grace: 0 }],
  ['at its end', { ttl: 0, grace: 20 }, { ttl: 0, grace: 20 }],
  ['stale', { ttl: -3, grace: 20 }, { ttl: 0, grace: 17 }],
  ['fresh for less than the shortest TTL', { ttl: 0.0005, grace: 2 }, { ttl: 0, grace: 2.0005 }],
  ['over', { ttl: -3, grace: 3 }, null],
  ['over in less than the shortest grace', { ttl: 0.0005, grace: 0 }, null],
])('an entry that is %s has this rest', (_, times, rest) => {
  expect(restOf(times)).toEqual(rest)
})

// Red: in restore.ts leave out `givenGrace`, or `givenTtl` in `writtenRest`; write 0 by `toFixed`.
it.each([
  ['fresh', { ttl: 9, grace: 5 }, { ttl: '7.000', givenTtl: '100.000', grace: 5 }],
  ['restarted since it was read', { ttl: 200, grace: 5 }, { ttl: '198.000', givenTtl: '198.000', grace: 5 }],
  ['endless', { ttl: null, grace: 5 }, { ttl: 'none', givenTtl: 'none', grace: 5 }],
  ['stale since', { ttl: 1, grace: 5 }, { ttl: 0, givenTtl: '100.000', grace: 4 }],
])('what was %s is stored again with what is left two seconds later', async (_, times, stored) => {
  const put: unknown[] = []
  const entry = { key: 'k', value: new Blob(['v']), contentType: 'a/b', tags: ['t'], givenTtl: 100, givenGrace: 7 }
  await restore(
    { put: async (...call: unknown[]) => void put.push(call.at(-1)) } as never,
    { cache: 'c', entry, life: { age: 0, readAt: 1000, ...times } } as never,
    { onlyNew: true },
    3000,
  )
  expect(put).toEqual([{ contentType: 'a/b', tags: ['t'], givenGrace: 7, onlyNew: true, ...stored }])
})

it('nothing is stored again that has expired in the meantime', async () => {
  await expect(restore(
    { put: async () => expect.unreachable() } as never,
    { cache: 'c', entry: { key: 'k' }, life: { age: 0, readAt: 1000, ttl: 1, grace: 0 } } as never,
    {},
    3000,
  )).rejects.toThrow('It has expired in the meantime.')
})
