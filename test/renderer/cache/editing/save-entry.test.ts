import type { Entries, Entry } from '../../../../src/renderer/src/api/entry-calls'
import type { EditedEntry, ReadEntry } from '../../../../src/renderer/src/views/cache/entry/save-entry'
import { LarderError } from '@shared/errors'
import { describe, expect, it } from 'vitest'
import { restore } from '../../../../src/renderer/src/views/cache/entry/restore'
import { changedFacts, saveEntry, storeAnew } from '../../../../src/renderer/src/views/cache/entry/save-entry'

const entry: Entry = {
  key: 'k',
  value: new TextEncoder().encode('{"n":1}'),
  contentType: 'application/json',
  kind: 'bytes',
  etag: '"1"',
  age: 10,
  ttl: 500,
  givenTtl: 510,
  grace: 60,
  givenGrace: 60,
  tags: ['a,b'],
}
const opened: ReadEntry = { entry, life: { age: 10, ttl: 500, grace: 60, readAt: 0 } }
const draft: EditedEntry = { text: '{"n":2}', contentType: 'application/json', tags: ['a,b'], ttl: '' }

/** A server with one entry, which may be missing. */
function serverWith(stored: Entry | undefined) {
  let current = stored
  const puts: object[] = []
  const refused = new LarderError('precondition-failed', 'The entry has changed or already exists.')
  const entries: Pick<Entries, 'get' | 'put' | 'delete'> = {
    async get() {
      if (!current)
        throw new LarderError('entry-not-found', 'There is no such entry.')
      return current
    },
    async put(_, key, value, options = {}) {
      if (options.ifMatch !== undefined && options.ifMatch !== current?.etag)
        throw refused
      if (options.onlyNew && current)
        throw refused
      const bytes = value instanceof Uint8Array ? value : new Uint8Array()
      puts.push({ text: new TextDecoder().decode(bytes), ...options })
      const { contentType = '', tags = [] } = options
      current = { ...entry, key, value: bytes, contentType, tags: [...tags], etag: `"${puts.length + 1}"` }
      return { created: false, etag: current.etag }
    },
    async delete(_, __, { ifMatch } = {}) {
      if (ifMatch !== current?.etag)
        throw refused
      current = undefined
    },
  }
  return { entries, puts, change: (other: Entry | undefined) => current = other, now: () => current }
}

async function undo(result: Awaited<ReturnType<typeof saveEntry>>): Promise<void> {
  if (result.state !== 'saved')
    throw new Error(`There is nothing to undo: ${result.state}.`)
  await result.outcome.undo()
}

describe('saving an edited entry', () => {
  it('keeps what was not changed, and can be undone', async () => {
    const { entries, puts } = serverWith(entry)
    await undo(await saveEntry(entries, 'c', opened, draft))
    const rest = { contentType: 'application/json', tags: ['a,b'], ttl: 'keep' }
    expect(puts).toEqual([
      { text: '{"n":2}', ...rest, ifMatch: '"1"' },
      { text: '{"n":1}', ...rest, ifMatch: '"2"' },
    ])
  })

  // Red: in src/renderer/src/views/cache/entry/save-entry.ts leave the type as it is.
  it.each([
    ['text/plain; charset=iso-8859-1', 'text/plain; charset=utf-8', 'Saved k, in UTF-8.'],
    ['text/plain;charset="UTF-16"; format=flowed', 'text/plain;charset=utf-8; format=flowed', 'Saved k, in UTF-8.'],
    ['text/plain; charset=UTF-8', 'text/plain; charset=UTF-8', 'Saved k.'],
    ['text/plain; charset=utf8', 'text/plain; charset=utf8', 'Saved k.'],
    ['text/plain', 'text/plain', 'Saved k.'],
  ])('of the type %s is stored as %s', async (contentType, stored, told) => {
    const { entries, puts } = serverWith(entry)
    const result = await saveEntry(entries, 'c', opened, { ...draft, contentType })
    expect(puts).toMatchObject([{ contentType: stored }])
    const parts = result.state === 'saved' ? [result.outcome.text].flat() : []
    expect(parts.map(part => typeof part === 'string' ? part : part.key).join('')).toBe(told)
  })

  it('undoes a new TTL, type and tags as well', async () => {
    const { entries, puts } = serverWith(entry)
    const readAt = Date.now()
    const result = await saveEntry(
      entries,
      'c',
      { entry, life: { age: 10, ttl: null, grace: 60, readAt } },
      { ...draft, contentType: 'text/plain', tags: [], ttl: '2h' },
    )
    await undo(result)
    expect(puts).toEqual([
      { text: '{"n":2}', contentType: 'text/plain', tags: [], ttl: '2h', grace: 60, ifMatch: '"1"' },
      {
        text: '{"n":1}',
        contentType: 'application/json',
        tags: ['a,b'],
        ttl: 'none',
        givenTtl: 'none',
        grace: 60,
        givenGrace: 60,
        ifMatch: '"2"',
      },
    ])
  })

  // Red: in src/renderer/src/views/cache/entry/restore.ts let the server's error through.
  it('says that an undo is too late, and leaves the newer entry alone', async () => {
    const { entries, change, now } = serverWith(entry)
    const result = await saveEntry(entries, 'c', opened, draft)
    const newer = { ...entry, etag: '"newer"' }
    change(newer)
    await expect(undo(result)).rejects.toThrow('The entry has changed again since then, so nothing was undone.')
    expect(now()).toBe(newer)
    await expect(restore(entries, { cache: 'c', entry, life: { age: 0, ttl: 1, grace: 0, readAt: 0 } }, {}))
      .rejects
      .toThrow('It has expired in the meantime.')
  })

  it('shows the entry that it would overwrite, and replaces only that one; undo brings it back', async () => {
    const theirs = { ...entry, value: new TextEncoder().encode('theirs'), etag: '"7"', contentType: 'text/plain' }
    const { entries, change, now } = serverWith(theirs)
    const conflict = await saveEntry(entries, 'c', opened, draft)
    expect(conflict).toMatchObject({ state: 'conflict', theirs: { entry: theirs } })
    if (conflict.state !== 'conflict')
      return
    change({ ...theirs, etag: '"8"' })
    expect(await saveEntry(entries, 'c', conflict.theirs, draft)).toMatchObject({ state: 'conflict' })
    change(theirs)
    await undo(await saveEntry(entries, 'c', conflict.theirs, draft))
    expect(now()).toMatchObject({ value: theirs.value, contentType: 'text/plain' })
  })

  it('asks before an entry that has gone comes back, with the TTL that it was given', async () => {
    const { entries, puts, now } = serverWith(undefined)
    expect(await saveEntry(entries, 'c', opened, draft)).toEqual({ state: 'gone' })
    const result = await storeAnew(entries, 'c', opened, draft)
    expect(puts).toMatchObject([{ text: '{"n":2}', ttl: '510.000', grace: 60, onlyNew: true }])
    expect(await storeAnew(entries, 'c', opened, draft)).toMatchObject({ state: 'conflict' })
    await undo(result)
    expect(now()).toBe(undefined)
  })

  it.each([
    [{}, []],
    [{ contentType: 'text/plain' }, ['Content type: application/json → text/plain']],
    [{ tags: [] }, ['Tags: a,b → none']],
    [{ ttl: '2h', tags: ['x', 'y'] }, ['Tags: a,b → x, y', 'TTL: 2h, from now']],
  ])('tells what changes besides the value: %j', (change, facts) => {
    expect(changedFacts(entry, { ...draft, ...change })).toEqual(facts)
  })
})
