import { describe, expect, it } from 'vitest'
import { LarderError } from '../../../src/shared/errors'
import { codeOf, mustBe, refusal, startAdministration } from './harness'

const password = 'a good password'

it('creates a key that works, with the scopes, caches and origins asked for', async () => {
  const { call, authenticate, administration } = await startAdministration()
  await call('caches.create', { name: 'products', ttl: 60 })
  const key = await call('keys.create', { label: ' shop ', scopes: ['read'], caches: ['products'], origins: ['http://localhost:5173'] })
  expect(key).toMatchObject({ label: 'shop', scopes: ['read'], caches: ['products'], origins: ['http://localhost:5173'], lastUsedAt: null, expiresAt: null, kept: true })
  const principal = mustBe(authenticate(key.secret))
  expect(principal).toMatchObject({
    kind: 'key',
    keyId: key.id,
    admin: true,
    scopes: new Set(['read']),
    caches: new Set(['products']),
  })
  expect(authenticate(key.secret)).toBe(principal)
  expect(administration.authenticator.allowsOrigin('http://localhost:5173')).toBe(true)
  expect(administration.authenticator.allowsOrigin('http://localhost:5174')).toBe(false)
  expect(await call('session.get', {}, principal)).toMatchObject({
    credential: 'key',
    scopes: ['read'],
    caches: ['products'],
  })
  const { secret: _, kept: __, ...listed } = key
  expect(await call('keys.list')).toContainEqual({ ...listed, lastUsedAt: expect.any(String) })
})

it.each([
  ['no label', {}, ['label']],
  ['blank label', { label: ' ' }, ['label']],
  ['unknown scope', { label: 'k', scopes: ['root'] }, ['scopes.0']],
  ['no scope', { label: 'k', scopes: [] }, ['scopes']],
  ['scope twice', { label: 'k', scopes: ['read', 'read'] }, ['scopes']],
  ['no cache', { label: 'k', caches: [] }, ['caches']],
  ['unknown cache', { label: 'k', caches: ['default', 'nowhere'] }, ['caches']],
  ['prototype cache', { label: 'k', caches: ['__proto__'] }, ['caches']],
  ['admin on some caches', { label: 'k', scopes: ['admin'], caches: ['default'] }, ['caches']],
  ['origin with a path', { label: 'k', origins: ['http://localhost/'] }, ['origins.0']],
  ['own id', { label: 'k', id: 'abc' }, ['id']],
])('refuses a key with %s', async (_, input, fields) => {
  const { call, metadata } = await startAdministration()
  expect(await refusal(call('keys.create', input))).toMatchObject({ code: 'invalid-input', fields })
  expect(metadata.keys.list()).toHaveLength(1)
})

it('changes a key, at once', async () => {
  const { call, authenticate, administration } = await startAdministration()
  const { id, secret } = await call('keys.create', { label: 'k' })
  expect(await call('keys.update', { id, label: 'new', scopes: ['read'], caches: ['default'], origins: ['http://a.test'] })).toMatchObject({ label: 'new', scopes: ['read'], caches: ['default'] })
  expect(authenticate(secret)).toMatchObject({ scopes: new Set(['read']), caches: new Set(['default']) })
  expect(await refusal(call(
    'keys.update',
    { id, scopes: ['admin'] },
  ))).toMatchObject({ code: 'invalid-input', fields: ['caches'] })
  expect(await refusal(call(
    'keys.update',
    { id, caches: ['nowhere'] },
  ))).toMatchObject({ code: 'invalid-input', fields: ['caches'] })
  await call('keys.update', { id, scopes: ['admin'], caches: null, origins: [] })
  expect(authenticate(secret)).toMatchObject({ scopes: new Set(['read', 'write', 'admin']), caches: null })
  expect(administration.authenticator.allowsOrigin('http://a.test')).toBe(false)
  expect(await call('keys.update', { id, label: undefined })).toMatchObject({ label: 'new' })
})

it.each([
  'keys.update',
  'keys.revoke',
  'keys.reveal',
  'keys.rotate',
] as const)('%s knows no key of somebody else', async (name) => {
  const { call, signIn, authenticate } = await startAdministration()
  await call('users.create', { name: 'bob', password })
  const bob = await signIn('bob', password)
  const { id, secret } = await call('keys.create', { label: 'k' })
  for (const wrong of [id, 'unknown', 'constructor'])
    expect(await codeOf(call(name, { id: wrong }, bob))).toBe('key-not-found')
  expect(await codeOf(call(name, { id: '../x' }))).toBe('invalid-input')
  expect(authenticate(secret)).toBeDefined()
})

// S9. Red when `keys.delete(id)` in `remove` of key-ring.ts is removed.
it('refuses a revoked key from the next request on, after a restart too', async () => {
  const { call, authenticate, vault, metadata } = await startAdministration()
  const { id, secret } = await call('keys.create', { label: 'k' })
  expect(authenticate(secret)).toBeDefined()
  const done = call('keys.revoke', { id })
  expect(authenticate(secret)).toBeUndefined()
  await done
  expect(vault.secrets.has(id)).toBe(false)
  expect(await codeOf(call('keys.revoke', { id }))).toBe('key-not-found')
  expect((await startAdministration({ metadata })).authenticate(secret)).toBeUndefined()
})

it('goes on refusing nothing when the revocation cannot be written', async () => {
  const { call, authenticate, metadata } = await startAdministration()
  const { id, secret } = await call('keys.create', { label: 'k' })
  metadata.failNextWrite(new Error('disk full'))
  await expect(call('keys.revoke', { id })).rejects.toThrow('disk full')
  expect(authenticate(secret)).toBeDefined()
  await call('keys.revoke', { id })
})

describe('rotation', () => {
  // S9. Red when `inOverlap(held)` in `verify` of key-ring.ts becomes `false`; the end of the
  // overlap is red when it becomes `true`.
  it('lets the former secret work for the overlap and no longer', async () => {
    const { call, authenticate, clock } = await startAdministration()
    const old = await call('keys.create', { label: 'k' })
    const next = await call('keys.rotate', { id: old.id, overlap: 3600 })
    expect(next).toMatchObject({ id: old.id, kept: true, expiresAt: new Date(clock.wall() + 3_600_000).toISOString() })
    clock.advance(3_599_999)
    expect([old, next].map(({ secret }) => authenticate(secret)?.keyId)).toEqual([old.id, old.id])
    clock.advance(1)
    expect([old, next].map(({ secret }) => authenticate(secret)?.keyId)).toEqual([undefined, old.id])
    expect(mustBe((await call('keys.list')).find(({ id }) => id === old.id)).expiresAt).toBeNull()
  })

  it.each(['jump', 'suspend', 'advance'] as const)('ends the overlap by either clock: %s', async (pass) => {
    const { call, authenticate, clock } = await startAdministration()
    const old = await call('keys.create', { label: 'k' })
    await call('keys.rotate', { id: old.id, overlap: 60 })
    if (pass === 'advance')
      clock.jump(-86_400_000)
    await call('keys.update', { id: old.id, label: 'renamed' })
    clock[pass](60_000)
    expect(authenticate(old.secret)).toBeUndefined()
  })

  it('keeps the overlap over a restart', async () => {
    const { call, metadata } = await startAdministration()
    const old = await call('keys.create', { label: 'k' })
    await call('keys.rotate', { id: old.id, overlap: 60 })
    const again = await startAdministration({ metadata })
    expect(again.authenticate(old.secret)).toBeDefined()
    again.clock.advance(60_000)
    expect(again.authenticate(old.secret)).toBeUndefined()
  })

  it('ends every former secret without an overlap', async () => {
    const { call, authenticate } = await startAdministration()
    const first = await call('keys.create', { label: 'k' })
    const second = await call('keys.rotate', { id: first.id, overlap: 3600 })
    const third = await call('keys.rotate', { id: first.id })
    expect([first, second, third].map(({ secret }) => authenticate(secret) !== undefined)).toEqual([false, false, true])
  })

  it.each([-1, 2_592_001, 'soon', '31d', Number.NaN])('refuses the overlap %s', async (overlap) => {
    const { call, authenticate } = await startAdministration()
    const { id, secret } = await call('keys.create', { label: 'k' })
    expect(await refusal(call('keys.rotate', { id, overlap }))).toMatchObject({
      code: 'invalid-input',
      fields: ['overlap'],
    })
    expect(authenticate(secret)).toBeDefined()
  })

  it('keeps the later secret of two rotations at once', async () => {
    const { call, authenticate, vault } = await startAdministration()
    const { id } = await call('keys.create', { label: 'k' })
    const { set } = vault
    let slow = true
    vault.set = async (account, secret) => {
      const first = slow
      slow = false
      // The first write ends last, unless the second one waits for it.
      if (first)
        await new Promise(resolve => setTimeout(resolve, 20))
      await set(account, secret)
    }
    const [one, two] = await Promise.all([call('keys.rotate', { id }), call('keys.rotate', { id })])
    expect(authenticate(one.secret)).toBeUndefined()
    expect(authenticate(two.secret)).toBeDefined()
    expect(vault.secrets.get(id)).toBe(two.secret)
  })

  it('leaves no copy of a key that is revoked while it is rotated', async () => {
    const { call, vault } = await startAdministration()
    const { id } = await call('keys.create', { label: 'k' })
    await Promise.all([call('keys.rotate', { id }), call('keys.revoke', { id })])
    expect(vault.secrets.has(id)).toBe(false)
  })
})

describe('reveal', () => {
  it('reads the secret from the vault', async () => {
    const { call } = await startAdministration()
    const key = await call('keys.create', { label: 'k' })
    expect(await call('keys.reveal', { id: key.id })).toEqual(key)
  })

  it('says so when the vault has no copy', async () => {
    const { call, vault } = await startAdministration()
    const { id } = await call('keys.create', { label: 'k' })
    vault.secrets.clear()
    expect(await codeOf(call('keys.reveal', { id }))).toBe('secret-unavailable')
  })

  it('says so when the vault is locked, and creates keys all the same', async () => {
    const { call, vault, log, authenticate } = await startAdministration()
    vault.condition = { state: 'locked', detail: 'The keychain is locked.' }
    const key = await call('keys.create', { label: 'k' })
    expect(key.kept).toBe(false)
    expect(authenticate(key.secret)).toBeDefined()
    expect(log.join()).toContain('did not keep')
    expect(log.join()).not.toContain(key.secret)
    expect(await codeOf(call('keys.reveal', { id: key.id }))).toBe('vault-unavailable')
  })

  it('never passes off a former secret as the present one', async () => {
    const { call, vault } = await startAdministration()
    const { id } = await call('keys.create', { label: 'k' })
    vault.condition = { state: 'locked', detail: 'The keychain is locked.' }
    expect((await call('keys.rotate', { id, overlap: 60 })).kept).toBe(false)
    vault.condition = { state: 'ok', detail: '' }
    expect(await codeOf(call('keys.reveal', { id }))).toBe('secret-unavailable')
  })

  it('reveals nothing of a key that is revoked meanwhile', async () => {
    const { call, vault } = await startAdministration()
    const { id } = await call('keys.create', { label: 'k' })
    const { promise, resolve } = Promise.withResolvers<void>()
    vault.gate = promise
    const reveal = codeOf(call('keys.reveal', { id }))
    const revoke = call('keys.revoke', { id })
    resolve()
    expect(await reveal).toBe('key-not-found')
    await revoke
  })

  it('does not fail a revocation when the vault fails', async () => {
    const { call, vault, log, authenticate } = await startAdministration()
    const { id, secret } = await call('keys.create', { label: 'k' })
    vault.delete = async () => {
      throw new LarderError('vault-unavailable', 'The keychain is locked.')
    }
    await call('keys.revoke', { id })
    expect(authenticate(secret)).toBeUndefined()
    expect(log.join()).toContain('did not drop')
  })
})
