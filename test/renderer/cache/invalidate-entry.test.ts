import type { Entry } from '../../../src/renderer/src/api/entry-calls'
import { LarderError } from '@shared/errors'
import { expect, it } from 'vitest'
import { invalidateEntry } from '../../../src/renderer/src/views/cache/entry/invalidate-entry'

/** A server whose entry has these ETags, each until it is read or a condition fails. */
function serverWith(...etags: string[]) {
  const deleted: unknown[] = []
  const entry = (): Entry => ({ key: 'k', etag: etags[0], age: 1, ttl: 9, grace: 2 }) as Entry
  return {
    deleted,
    entry: entry(),
    change: () => etags.shift(),
    entries: {
      get: async () => {
        const read = entry()
        if (etags.length > 2)
          etags.shift()
        return read
      },
      delete: async (_: string, __: string, { ifMatch }: { ifMatch?: string } = {}) => {
        if (ifMatch !== undefined && ifMatch !== etags[0])
          throw new LarderError('precondition-failed', 'It has changed.')
        deleted.push(ifMatch)
      },
    },
  }
}

const life = { age: 1, ttl: 9, grace: 2, readAt: 0 }

// Red: in invalidate-entry.ts delete without `ifMatch`.
it.each([
  ['is as it was read', ['1'], 0, ['1'], '1'],
  ['has changed since it was read', ['1', '2'], 1, ['2'], '2'],
  ['changes all the time', ['1', '2', '3', '4'], 1, [undefined], undefined],
])('an entry that %s is deleted, and known as it was then', async (_, etags, changes, deleted, known) => {
  const server = serverWith(...etags)
  for (let n = 0; n < changes; n++)
    server.change()
  const was = await invalidateEntry(server.entries, { cache: 'c', entry: server.entry, life })
  expect(server.deleted).toEqual(deleted)
  expect(was?.entry.etag).toBe(known)
})

it('an error of the server is thrown', async () => {
  const gone = new LarderError('entry-not-found', 'There is no such entry.')
  const { entry } = serverWith('1')
  const entries = { get: async () => entry, delete: async () => Promise.reject(gone) }
  await expect(invalidateEntry(entries, { cache: 'c', entry, life })).rejects.toBe(gone)
})
