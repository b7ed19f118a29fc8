import { expect, it } from 'vitest'
import { initialSettings } from '../../../src/shared/cache-settings'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'
import { codeOf, mustBe, refusal, startAdministration } from './harness'

const password = 'a good password'

it('creates, lists, changes, flushes and deletes a cache', async () => {
  const { call, engine, metadata, owner, clock } = await startAdministration()
  const cache = await call('caches.create', { name: 'products', ttl: 60 })
  expect(cache).toEqual({
    ...initialSettings,
    name: 'products',
    ttl: 60,
    createdAt: new Date(clock.wall()).toISOString(),
    asOf: new Date(clock.wall()).toISOString(),
    entries: 3,
    bytes: 300,
    statistics: expect.objectContaining({ hits: 3, hitRatio: 0.75 }),
    lastMinute: { seconds: 0, hits: 0, misses: mapRows(missReasons, () => 0), evictions: 0 },
  })
  expect((await call('caches.list')).map(({ name }) => name)).toEqual(['default', 'products'])
  expect(await call('caches.get', { name: 'products' })).toEqual(cache)
  expect(await call('caches.update', { name: 'products', ttl: null, maxEntries: 10, enabled: false })).toMatchObject({
    ttl: null,
    maxEntries: 10,
    enabled: false,
    sliding: false,
  })
  expect(
    mustBe(engine.find(owner.userId, 'products')).definition,
  ).toMatchObject({ ttl: null, maxEntries: 10, enabled: false })
  expect(mustBe(metadata.caches
    .list()
    .find(({ name }) => name === 'products'))).toMatchObject({ ttl: null, maxEntries: 10, enabled: false })
  expect(await call('caches.flush', { name: 'products' })).toEqual({ matched: 3 })
  expect(await call('caches.delete', { name: 'products' })).toBeUndefined()
  expect(await codeOf(call('caches.get', { name: 'products' }))).toBe('cache-not-found')
  expect(metadata.caches.list()).toHaveLength(1)
})

it.each([
  ['no name', { ttl: 1 }, ['name']],
  ['slash in the name', { name: 'a/b', ttl: 1 }, ['name']],
  ['empty name', { name: '', ttl: 1 }, ['name']],
  ['long name', { name: 'a'.repeat(65), ttl: 1 }, ['name']],
  ['dot segment as name', { name: '..', ttl: 1 }, ['name']],
  ['unicode name', { name: 'käse', ttl: 1 }, ['name']],
  ['no TTL', { name: 'a' }, ['ttl']],
  ['TTL 0', { name: 'a', ttl: 0 }, ['ttl']],
  ['TTL as a word', { name: 'a', ttl: 'soon' }, ['ttl']],
  ['endless TTL', { name: 'a', ttl: Infinity }, ['ttl']],
  ['half an entry', { name: 'a', ttl: 1, maxEntries: 0.5 }, ['maxEntries']],
  ['unknown eviction', { name: 'a', ttl: 1, eviction: 'fifo' }, ['eviction']],
  ['unknown field', { name: 'a', ttl: 1, colour: 'red' }, ['colour']],
  ['prototype', JSON.parse('{"name":"a","ttl":1,"__proto__":{}}'), ['__proto__']],
])('refuses a cache with %s', async (_, input, fields) => {
  const { call, metadata } = await startAdministration()
  expect(await refusal(call('caches.create', input))).toMatchObject({ code: 'invalid-input', fields })
  expect(metadata.caches.list()).toHaveLength(1)
})

it('says what is wrong with a TTL in the words that clients know', async () => {
  const { call } = await startAdministration()
  await expect(call('caches.create', { name: 'a', ttl: -1 })).rejects.toThrow('TTL must be a positive value.')
})

// S17. Red when `lookUp` in cache-directory.ts uses an object literal of the caches by name.
it.each(['__proto__', 'constructor', 'toString', '...', '-'])('takes %s as a cache name', async (name) => {
  const { call } = await startAdministration()
  expect(await codeOf(call('caches.get', { name }))).toBe('cache-not-found')
  await call('caches.create', { name, ttl: 1 })
  expect(await call('caches.get', { name })).toMatchObject({ name, ttl: 1 })
  expect(await codeOf(call('caches.create', { name, ttl: 1 }))).toBe('name-taken')
  await call('caches.delete', { name })
  expect(await codeOf(call('caches.get', { name }))).toBe('cache-not-found')
})

it('renames a cache, with its settings, figures and date, and the keys that list it', async () => {
  const { call, metadata, owner, engine, watch, events, authenticate } = await startAdministration()
  const before = await call('caches.create', { name: 'products', ttl: 60, persistent: true })
  const listing = await call('keys.create', { label: 'a', scopes: ['read'], caches: ['default', 'products'] })
  const other = await call('keys.create', { label: 'b', scopes: ['read'], caches: ['default'] })
  const principal = mustBe(authenticate(listing.secret))
  watch()
  expect(await call('caches.rename', { name: 'products', to: 'articles' })).toEqual({ ...before, name: 'articles' })
  expect((await call('caches.list')).map(({ name }) => name)).toEqual(['default', 'articles'])
  expect(await codeOf(call('caches.get', { name: 'products' }))).toBe('cache-not-found')
  expect(mustBe(engine.find(owner.userId, 'articles')).definition).toMatchObject({ name: 'articles', ttl: 60 })
  expect(metadata.caches.list().map(({ name }) => name)).toEqual(['default', 'articles'])
  const lists = (keys: { id: string, caches: string[] | null }[]): unknown[] =>
    [listing, other].map(({ id }) => keys.find(key => key.id === id)?.caches)
  const expected = [['default', 'articles'], ['default']]
  expect(lists(await call('keys.list'))).toEqual(expected)
  expect(lists(metadata.keys.list())).toEqual(expected)
  // The same principal: what is open with this key stays open.
  expect(authenticate(listing.secret)).toBe(principal)
  expect([...principal.caches ?? []].sort()).toEqual(['articles', 'default'])
  const user = owner.userId
  expect(events).toEqual([
    { topic: 'cache.renamed', user, payload: { cache: 'articles', from: 'products' } },
    { topic: 'keys', user, payload: {} },
  ])
  // The former name is free, and nobody follows to it.
  await call('caches.create', { name: 'products', ttl: 1 })
  expect(lists(await call('keys.list'))).toEqual(expected)
})

// Red: in src/main/admin/caches.ts leave out `jobs.rename`.
it('renames the cache of a job that runs', async () => {
  const { call, jobs, owner } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: 1 })
  const { promise, resolve } = Promise.withResolvers<void>()
  jobs.start({ kind: 'delete', space: owner.userId, cache: 'a', target: 'all entries' }, () => promise)
  await call('caches.rename', { name: 'a', to: 'b' })
  expect(await call('jobs.list')).toMatchObject([{ cache: 'b', state: 'running' }])
  resolve()
})

it('lists a cache once in a key that listed the new name of old', async () => {
  const { call } = await startAdministration()
  for (const name of ['a', 'b'])
    await call('caches.create', { name, ttl: 1 })
  const { id } = await call('keys.create', { label: 'k', scopes: ['read'], caches: ['a', 'b'] })
  await call('caches.delete', { name: 'b' })
  await call('caches.rename', { name: 'a', to: 'b' })
  expect((await call('keys.list')).find(key => key.id === id)?.caches).toEqual(['b'])
})

it.each([
  ['a name that is taken', { name: 'a', to: 'b' }, 'name-taken', ['to']],
  ['the name default', { name: 'a', to: 'default' }, 'name-taken', ['to']],
  ['the cache default', { name: 'default', to: 'c' }, 'protected', ['name']],
  ['a cache that is not there', { name: 'c', to: 'd' }, 'cache-not-found', []],
  ['no new name', { name: 'a' }, 'invalid-input', ['to']],
  ['a slash in the new name', { name: 'a', to: 'b/c' }, 'invalid-input', ['to']],
  ['a dot segment', { name: 'a', to: '..' }, 'invalid-input', ['to']],
  ['a long new name', { name: 'a', to: 'a'.repeat(65) }, 'invalid-input', ['to']],
  ['another field', { name: 'a', to: 'c', ttl: 1 }, 'invalid-input', ['ttl']],
])('refuses to rename with %s, and changes nothing', async (_, input, code, fields) => {
  const { call, metadata, watch, events } = await startAdministration()
  for (const name of ['a', 'b'])
    await call('caches.create', { name, ttl: 1 })
  const before = [await call('caches.list'), metadata.caches.list()]
  watch()
  const refused = await refusal(call('caches.rename', input as never))
  expect(refused.code).toBe(code)
  expect(refused.fields).toEqual(fields)
  expect([await call('caches.list'), metadata.caches.list()]).toEqual(before)
  expect(events).toEqual([])
})

it('leaves a cache alone that is renamed to its own name', async () => {
  const { call, watch, events } = await startAdministration()
  const cache = await call('caches.create', { name: 'a', ttl: 1 })
  watch()
  expect(await call('caches.rename', { name: 'a', to: 'a' })).toEqual(cache)
  expect(events).toEqual([])
})

it('renames neither cache nor keys when the write fails', async () => {
  const { call, metadata, engine, owner } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: 1 })
  await call('keys.create', { label: 'k', scopes: ['read'], caches: ['a'] })
  metadata.failNextWrite(new Error('disk full'))
  await expect(call('caches.rename', { name: 'a', to: 'b' })).rejects.toThrow('disk full')
  expect(engine.find(owner.userId, 'a')).toBeDefined()
  expect((await call('keys.list')).find(({ label }) => label === 'k')?.caches).toEqual(['a'])
  expect(metadata.caches.list().map(({ name }) => name)).toEqual(['default', 'a'])
})

it('lets one of two caches of one name through, per user', async () => {
  const { call, signIn } = await startAdministration()
  await call('users.create', { name: 'bob', password })
  const bob = await signIn('bob', password)
  const codes = await Promise.all([0, 1].map(() =>
    call('caches.create', { name: 'a', ttl: 1 }).then(() => 'ok', error => error.code)))
  expect(codes).toEqual(['ok', 'name-taken'])
  await call('caches.create', { name: 'a', ttl: 2 }, bob)
  expect(await call('caches.get', { name: 'a' })).toMatchObject({ ttl: 1 })
  await call('caches.create', { name: 'hers', ttl: 2 })
  for (const name of ['caches.get', 'caches.update', 'caches.preview', 'caches.delete', 'caches.flush'] as const)
    expect(await codeOf(call(name, { name: 'hers' }, bob))).toBe('cache-not-found')
})

// Red: in src/main/admin/cache-directory.ts leave either `checkReserve` out; in stored-settings.ts
// leave `checkBudget` out.
it('reserves no more than the memory budget, and names the field', async () => {
  const { call } = await startAdministration()
  await call('settings.update', { memory: 2 ** 21 })
  await call('caches.create', { name: 'a', ttl: 1, reserve: 2 ** 20 })
  const tooMuch = { code: 'invalid-input', fields: ['reserve'] }
  expect(await refusal(call('caches.create', { name: 'b', ttl: 1, reserve: 2 ** 20 + 1 }))).toMatchObject(tooMuch)
  await expect(call('caches.create', { name: 'b', ttl: 1, reserve: 2 ** 20 + 1 }))
    .rejects.toThrow('reserve: must be at most 1,048,576 bytes, which is what other caches leave of the memory budget')
  await call('caches.create', { name: 'b', ttl: 1, reserve: 2 ** 20 })
  expect(await refusal(call('caches.update', { name: 'a', reserve: 2 ** 20 + 1 }))).toMatchObject(tooMuch)
  expect(await call('caches.update', { name: 'a', reserve: 2 ** 20, ttl: 5 })).toMatchObject({ ttl: 5 })
  expect(await refusal(call('settings.update', { memory: 2 ** 20 }))).toMatchObject({
    code: 'invalid-input',
    fields: ['memory'],
  })
  expect(await call('settings.get')).toMatchObject({ memory: 2 ** 21 })
})

// Red: in src/main/admin/caches.ts leave either `checkReserveWithin` out.
it('reserves no more than the cache may hold', async () => {
  const { call } = await startAdministration()
  await expect(call('caches.create', { name: 'a', ttl: 1, maxBytes: 10_000, reserve: '200kB' }))
    .rejects.toThrow('reserve: must be at most 10,000 bytes, which is the most that the cache holds')
  await call('caches.create', { name: 'a', ttl: 1, maxBytes: 10_000, reserve: 10_000 })
  for (const name of ['caches.update', 'caches.preview'] as const) {
    await expect(call(name, { name: 'a', maxBytes: 9999 }))
      .rejects.toThrow('maxBytes: must be at least 10,000 bytes, which is what the cache reserves')
    expect(await refusal(call(name, { name: 'a', reserve: 10_001 }))).toMatchObject({ fields: ['reserve'] })
    await call(name, { name: 'a', maxBytes: 10_000, reserve: 10_000 })
    await call(name, { name: 'a', ttl: 5 })
  }
})

// Red: in src/main/admin/cache-directory.ts leave any `checkMaxBytes` out.
it('limits no cache to more than the memory budget, but leaves what was set before', async () => {
  const { call } = await startAdministration()
  const { memory } = await call('settings.get')
  const refused = { code: 'invalid-input', fields: ['maxBytes'] }
  expect(await refusal(call('caches.create', { name: 'a', ttl: 1, maxBytes: memory + 1 }))).toMatchObject(refused)
  await call('caches.create', { name: 'a', ttl: 1, maxBytes: memory })
  for (const name of ['caches.update', 'caches.preview'] as const)
    expect(await refusal(call(name, { name: 'a', maxBytes: memory + 1 }))).toMatchObject(refused)
  await call('settings.update', { memory: memory / 2 })
  const change = { maxBytes: memory, ttl: 5 }
  expect(await call('caches.update', { name: 'a', ...change })).toMatchObject(change)
})

// Red: in src/main/admin/caches.ts leave either `checkReserver` out.
// Red: in src/main/admin/caches.ts leave `stillRestoring` out of `readChange`.
it('keeps a cache persistent while its entries come back, and says how far that is', async () => {
  const { call, engine } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: null, persistent: true })
  const cache = engine.list().find(({ definition }) => definition.name === 'a')
  Object.assign(cache ?? {}, { restoring: { progress: 0.43, done: Promise.resolve(true) } })
  expect(await call('caches.get', { name: 'a' })).toMatchObject({ restoring: 0.43 })
  for (const operation of ['caches.update', 'caches.preview'] as const) {
    expect(await refusal(call(operation, { name: 'a', persistent: false })))
      .toMatchObject({ code: 'restoring' })
  }
  expect(await call('caches.update', { name: 'a', ttl: 5 })).toMatchObject({ persistent: true, ttl: 5 })
  Object.assign(cache ?? {}, { restoring: null })
  expect(await call('caches.update', { name: 'a', persistent: false })).not.toHaveProperty('restoring')
})

// Red: leave out `checkDurability` in src/main/admin/caches.ts, in create or in readChange.
it('promises no durability that a cache in memory cannot keep', async () => {
  const { call } = await startAdministration()
  const refused = 'durability: must be everysec, unless the cache is persistent'
  await expect(call('caches.create', { name: 'a', ttl: 1, durability: 'always' })).rejects.toThrow(refused)
  await call('caches.create', { name: 'a', ttl: 1, durability: 'everysec' })
  for (const name of ['caches.update', 'caches.preview'] as const)
    await expect(call(name, { name: 'a', durability: 'always' })).rejects.toThrow(refused)
  await call('caches.update', { name: 'a', persistent: true, durability: 'always' })
  expect(await call('caches.update', { name: 'a', persistent: false })).toMatchObject({ durability: 'always' })
  expect(await call('caches.update', { name: 'a', durability: 'always' })).toMatchObject({ persistent: false })
})

it('lets administrators alone change a reserve', async () => {
  const { call, signIn } = await startAdministration()
  await call('users.create', { name: 'bob', password })
  const bob = await signIn('bob', password)
  expect(await codeOf(call('caches.create', { name: 'a', ttl: 1, reserve: 1 }, bob))).toBe('admin-only')
  await call('caches.create', { name: 'a', ttl: 1, reserve: null }, bob)
  expect(await codeOf(call('caches.update', { name: 'a', reserve: 1 }, bob))).toBe('admin-only')
  await call('caches.update', { name: 'a', reserve: null, ttl: 5 }, bob)
})

// Red: in src/main/admin/caches.ts let `caches.preview` call `caches.update`.
it('says what a change would evict, with the errors of the change, and changes nothing', async () => {
  const { call, signIn, engine, metadata } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: 1 })
  await call('users.create', { name: 'bob', password })
  const bob = await signIn('bob', password)
  await call('caches.create', { name: 'b', ttl: 1 }, bob)
  const [budget, stored] = [engine.budget, JSON.stringify(metadata.caches.list())]
  const before = await call('caches.get', { name: 'a' })
  expect(await call('caches.preview', { name: 'a', maxEntries: 1 })).toEqual({ evicted: 2, of: 3, exact: true })
  expect(await call('caches.preview', { name: 'a', ttl: 5 })).toEqual({ evicted: 0, of: 3, exact: true })
  expect(await call('settings.preview', { memory: 2 ** 20 })).toEqual({ evicted: 2, of: 3, exact: false })
  expect(await call('settings.preview', { valueLimit: 2048 })).toMatchObject({ evicted: 0 })
  for (const [field, value] of [['maxEntries', 0], ['reserve', budget + 1]] as const) {
    const refused = await refusal(call('caches.preview', { name: 'a', [field]: value }))
    expect(refused).toMatchObject({ code: 'invalid-input', fields: [field] })
  }
  expect(await refusal(call('settings.preview', { memory: 1 }))).toMatchObject({ fields: ['memory'] })
  expect(await codeOf(call('caches.preview', { name: 'b', reserve: 1 }, bob))).toBe('admin-only')
  expect(await codeOf(call('settings.preview', { memory: 2 ** 20 }, bob))).toBe('admin-only')
  expect(await call('caches.get', { name: 'a' })).toEqual(before)
  expect([engine.budget, JSON.stringify(metadata.caches.list())]).toEqual([budget, stored])
  await call('caches.update', { name: 'a', reserve: 2 ** 21 })
  expect(await refusal(call('settings.preview', { memory: 2 ** 20 }))).toMatchObject({ fields: ['memory'] })
})

it('keeps default', async () => {
  const { call } = await startAdministration()
  expect(await codeOf(call('caches.delete', { name: 'default' }))).toBe('protected')
  await call('caches.flush', { name: 'default' })
  await call('caches.update', { name: 'default', ttl: 60 })
})

it.each(['write', 'engine'])('creates nothing when the %s fails', async (what) => {
  const { call, metadata, engine } = await startAdministration()
  if (what === 'write')
    metadata.failNextWrite(new Error('disk full'))
  else
    engine.failNextOpen(new Error('no journal'))
  await expect(call('caches.create', { name: 'a', ttl: 1 })).rejects.toThrow(/disk full|no journal/)
  expect([metadata.caches.list().length, engine.list().length]).toEqual([1, 1])
})

it('closes what it opened when the commit fails', async () => {
  const { call, metadata, engine } = await startAdministration()
  const { transaction } = metadata
  metadata.transaction = (work) => {
    transaction(work)
    throw new Error('commit failed')
  }
  await expect(call('caches.create', { name: 'a', ttl: 1 })).rejects.toThrow('commit failed')
  expect(engine.list()).toHaveLength(1)
})

it.each(['caches.update', 'caches.delete'] as const)('%s changes nothing in the engine when the write fails', async (
  name,
) => {
  const { call, metadata, engine, owner } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: 1 })
  metadata.failNextWrite(new Error('disk full'))
  await expect(call(
    name,
    name === 'caches.update' ? { name: 'a', ttl: 2 } : { name: 'a' },
  )).rejects.toThrow('disk full')
  expect(mustBe(engine.find(owner.userId, 'a')).definition.ttl).toBe(1)
})

it('takes fields that are there but undefined for no change', async () => {
  const { call, metadata } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: 1 })
  expect(await call('caches.update', {
    name: 'a',
    ttl: undefined,
    sliding: true,
  })).toMatchObject({ ttl: 1, sliding: true })
  expect(mustBe(metadata.caches.list().find(({ name }) => name === 'a')).ttl).toBe(1)
})

it('opens the stored caches again after a restart', async () => {
  const { call, metadata } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: 1, sliding: true })
  await call('caches.update', { name: 'a', enabled: false })
  const again = await startAdministration({ metadata })
  const [, before] = await call('caches.list')
  expect((await again.call('caches.list'))[1]).toEqual(before)
})
