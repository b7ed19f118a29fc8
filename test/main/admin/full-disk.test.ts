import type { MetadataStore } from '../../../src/main/base/metadata'
import type { Principal } from '../../../src/main/base/principal'
import type { OperationName } from '../../../src/shared/operations'
import { describe, expect, it } from 'vitest'
import { LarderError } from '../../../src/shared/errors'
import { operations } from '../../../src/shared/operations'
import { mustBe, refusal, startAdministration } from './harness'

const password = 'a good password'
function full(): LarderError {
  return new LarderError('storage-full', 'It cannot be written.', { forAdministrators: 'It is /home/ada/larder.' })
}

/** All that is stored, but when API keys were last used. */
function stored(metadata: MetadataStore): unknown[] {
  const { users, caches, keys, connections, settings } = metadata
  return [users.list(), caches.list(), keys.list(), connections.list(), settings.get('memory')]
}

/**
 * What the table says can fail on a full disk. The page of a sign-in is tested elsewhere; a flush
 * only waits for the journal of entries, and has an effect in memory.
 */
const writing = (Object.keys(operations) as OperationName[])
  .filter(name => operations[name].errors.includes('storage-full') && !['session.page', 'caches.flush'].includes(name))

const inputs: Partial<Record<OperationName, (id: string) => object>> = {
  'caches.create': () => ({ name: 'new', ttl: 1 }),
  'caches.update': () => ({ name: 'a', ttl: 2, enabled: false }),
  'caches.rename': () => ({ name: 'a', to: 'b' }),
  'caches.delete': () => ({ name: 'a' }),
  'connections.create': () => ({ name: 'new', driver: 'redis', url: 'redis://:pw@localhost' }),
  'connections.update': () => ({ name: 'main', url: 'redis://:other@localhost' }),
  'connections.delete': () => ({ name: 'main' }),
  'jobs.start': () => ({ kind: 'export', cache: 'a' }),
  'snapshots.save': () => ({ name: 'second' }),
  'snapshots.diff': () => ({ a: 'first', b: 'first' }),
  'snapshots.delete': () => ({ name: 'first' }),
  'imports.begin': () => ({ format: 'ndjson', cache: 'a' }),
  'imports.write': id => ({ id, at: 0, text: 'a' }),
  'keys.create': () => ({ label: 'new', scopes: ['read'] }),
  'keys.update': id => ({ id, label: 'changed' }),
  'keys.revoke': id => ({ id }),
  'keys.rotate': id => ({ id }),
  'users.create': () => ({ name: 'carl', password }),
  'users.update': id => ({ id, name: 'changed' }),
  'users.delete': id => ({ id }),
  'settings.update': () => ({ memory: 2 ** 20 }),
}

describe('on a full disk', () => {
  it('the table names every operation that writes to the data folder', () => {
    expect(writing.sort()).toEqual(Object.keys(inputs).sort())
  })

  it.each(writing)('%s answers 507 and changes nothing, in memory or in the database', async (name) => {
    const { call, owner, metadata, exportFiles, snapshotFiles, events, watch, vault } = await startAdministration()
    await call('caches.create', { name: 'a', ttl: 1 })
    const key = await call('keys.create', { label: 'k', scopes: ['read'], caches: null, origins: [] })
    await call('connections.create', { name: 'main', driver: 'redis', url: 'redis://:pw@localhost' })
    const bob = await call('users.create', { name: 'bob', password })
    const upload = await call('imports.begin', { format: 'ndjson', cache: 'a' })
    const snapshot = await snapshotFiles.create(owner.userId)
    await snapshot.keep('first')
    const state = async (): Promise<unknown> => [
      stored(metadata),
      [...vault.secrets],
      await call('caches.list'),
      await call('keys.list'),
      await call('users.list'),
      await call('settings.get'),
      await call('jobs.list'),
      await call('connections.list'),
      await call('snapshots.list'),
    ]
    const before = await state()
    watch()
    metadata.failNextWrite(full())
    exportFiles.failure = full()
    snapshotFiles.failure = full()
    const id = name.startsWith('users') ? bob.id : name.startsWith('imports') ? upload.id : key.id
    const input = mustBe(inputs[name])(id)
    expect(await refusal(call(name, input))).toMatchObject({ code: 'storage-full' })
    expect(await state()).toEqual(before)
    expect(events).toEqual([])
  })

  it('tells administrators alone which folder it is, and the request log nobody', async () => {
    const { call, signIn, metadata, owner } = await startAdministration()
    await call('users.create', { name: 'bob', password })
    const bob = await signIn('bob', password)
    const told = async (principal: Principal | null, name: OperationName, input: object): Promise<unknown> => {
      metadata.failNextWrite(full())
      return await call(name, input, principal).catch(({ message, logged }: LarderError) => [message, logged])
    }
    expect(await told(owner, 'caches.create', { name: 'a', ttl: 1 })).toEqual([
      'It is /home/ada/larder.',
      'It cannot be written.',
    ])
    expect(await told(bob, 'caches.create', { name: 'a', ttl: 1 })).toEqual(['It cannot be written.', undefined])
    expect(await told(null, 'users.create', { name: 'carl', password })).toEqual(['It cannot be written.', undefined])
  })

  it('the switches work for this run, and are written when the disk has room', async () => {
    const { call, metadata, engine, owner, watch, events } = await startAdministration()
    await call('caches.create', { name: 'a', ttl: 1 })
    watch()
    metadata.failNextWrite(full())
    expect(await call('switch.set', { enabled: false })).toEqual({ enabled: false })
    metadata.failNextWrite(full())
    expect(await call('caches.update', { name: 'a', enabled: false })).toMatchObject({ enabled: false })
    expect([engine.enabled, mustBe(engine.find(owner.userId, 'a')).definition.enabled]).toEqual([false, false])
    expect(events.map(({ topic }) => topic)).toEqual(['switch', 'cache.updated'])
    const isOff = (): unknown[] => [metadata.settings.get('enabled'), metadata.caches.list().at(-1)?.enabled]
    expect(isOff()).toEqual([undefined, true])
    metadata.runKept()
    expect(isOff()).toEqual([false, false])
  })
})
