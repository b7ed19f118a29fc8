import { Buffer } from 'node:buffer'
import { expect, it, vi } from 'vitest'
import { limits } from '../../../src/shared/limits'
import { emptyRequestLog } from '../../helpers/empty-request-log'
import { controlToken, environmentKey, mustBe, startAdministration } from './harness'

it.each([
  ['control', controlToken],
  ['environment', environmentKey],
])('takes the %s credential for the owner', async (kind, secret) => {
  const { authenticate, owner, call } = await startAdministration()
  const principal = mustBe(authenticate(secret))
  expect(principal).toMatchObject({
    kind,
    keyId: null,
    userId: owner.userId,
    admin: true,
    scopes: new Set(['read', 'write', 'admin']),
    caches: null,
  })
  expect(authenticate(secret)).toBe(principal)
  expect(await call('session.get', {}, principal)).toMatchObject({ credential: kind })
})

// S7. Red when `parseKeyId` in key-format.ts throws for anything, or `sameDigest` in digest.ts
// returns true.
it.each([
  '',
  ' ',
  'lk_',
  'ls_',
  'lc_',
  controlToken.slice(1),
  `${controlToken} `,
  environmentKey.toUpperCase(),
  '__proto__',
  '🔑',
  '\uD800',
  '\0',
  'x'.repeat(8192),
  `ls_${'x'.repeat(8192)}`,
  `lk_${'é'.repeat(4096)}`,
])('refuses %j', async (secret) => {
  const { authenticate } = await startAdministration()
  expect(authenticate(secret)).toBeUndefined()
})

it.each([
  'lk_not-a-real-key-but-long',
  'ls_0123456789abcdef',
  'sëcret with späces and 🔑',
])('takes any text as environment key: %s', async (text) => {
  const { authenticate } = await startAdministration({ environmentKey: text })
  expect(authenticate(text)?.kind).toBe('environment')
  // The form in which node:http returns a header that was sent as UTF-8.
  expect(authenticate(Buffer.from(text).toString('latin1'))?.kind).toBe('environment')
})

it.each([
  { environmentKey: 'fifteen-letters' },
  { environmentKey: '' },
  { controlToken: '' },
])('does not start with too short a credential: %o', async (options) => {
  await expect(startAdministration(options)).rejects.toThrow('at least 16 characters')
})

it('lets nobody in before the first start is through', async () => {
  const { createAdministration } = await import('../../../src/main/admin/administration')
  const { administration, metadata } = await startAdministration()
  expect(administration.authenticator.authenticate(controlToken)).toBeDefined()
  metadata.users.list = () => []
  metadata.caches.list = () => []
  metadata.keys.list = () => []
  const { createFakeEngine, createFakePages, createFakePool, createFakeVault, serve } = await import('./fakes')
  const { createEventHub } = await import('../../../src/main/base/event-hub')
  const { createManualClock } = await import('../../../src/main/base/clock')
  const { createBreakers } = await import('../../../src/main/serving/elsewhere/breaker')
  const { createMeters } = await import('../../../src/main/serving/elsewhere/meter')
  const { silentLogger } = await import('../../../src/main/base/logger')
  const { createJobBook } = await import('../../../src/main/serving/jobs/job-book')
  const { createMemoryExportFiles } = await import('../../helpers/memory-export-files')
  const { createMemorySnapshotFiles } = await import('../../helpers/memory-snapshot-files')
  const { createManualTimer } = await import('../../helpers/manual-timer')
  const clock = createManualClock()
  const early = createAdministration({
    machineMemory: 4e9,
    readLog: () => expect.fail('Nobody is let in'),
    runLines: () => expect.fail('Nobody is let in'),
    watch: () => expect.fail('Nobody is let in'),
    metadata,
    history: { read: () => expect.fail('Nobody is let in'), minute: () => expect.fail('Nobody is let in') },
    gateways: { state: () => undefined, settled: () => undefined, ownPort: () => 7777 },
    jobs: createJobBook({ clock, stopwatch: clock.stopwatch, hub: createEventHub(() => {}), logger: silentLogger }),
    exportFiles: createMemoryExportFiles(),
    snapshotFiles: createMemorySnapshotFiles(),
    timer: createManualTimer(),
    sourceOf: () => undefined,
    vault: { vault: createFakeVault(), wanted: 'auto', reason: null },
    caches: serve(createFakeEngine()),
    pool: createFakePool(),
    activity: { meterOf: createMeters(clock.stopwatch), breakerOf: createBreakers(clock.stopwatch) },
    environmentConnections: [],
    events: createEventHub(() => {}),
    clock,
    stopwatch: clock.stopwatch,
    logger: silentLogger,
    requestLog: {
      ...emptyRequestLog,
      perSecond: () => 0,
      total: () => 0,
      rename() {},
    },
    environmentKey,
    controlToken,
    ownerName: 'ada',
    info: { version: '', home: '', url: () => '', redis: () => null, startedAt: 0 },
    readiness: () => ({ status: 'starting', stores: {} }),
    metrics: () => '',
    pages: createFakePages(),
  })
  expect([
    early.authenticator.authenticate(controlToken),
    early.authenticator.authenticate(environmentKey),
    early.authenticator.anonymous(),
  ]).toEqual([undefined, undefined, undefined])
  early.dispose()
})

it('lets requests without a key in as the owner has chosen', async () => {
  const { administration: { authenticator }, call, owner } = await startAdministration()
  expect(authenticator.anonymous()).toBeUndefined()
  await call('settings.update', { anonymous: { enabled: true, scopes: ['read'] } })
  const principal = mustBe(authenticator.anonymous())
  expect(principal).toMatchObject({ kind: 'anonymous', userId: owner.userId, admin: false, scopes: new Set(['read']) })
  expect(authenticator.anonymous()).toBe(principal)
  await call('settings.update', { anonymous: { enabled: true, scopes: ['write', 'read'] } })
  expect(mustBe(authenticator.anonymous()).scopes).toEqual(new Set(['read', 'write']))
  await call('settings.update', { anonymous: { enabled: false, scopes: ['read'] } })
  expect(authenticator.anonymous()).toBeUndefined()
})

it('writes back when a key was last used, once a minute and off the request path', async () => {
  vi.useFakeTimers()
  try {
    const { call, authenticate, metadata, clock, log } = await startAdministration()
    const { id, secret } = await call('keys.create', { label: 'k' })
    const stored = () => mustBe(metadata.keys.list().find(key => key.id === id)).lastUsedAt
    const update = vi.spyOn(metadata.keys, 'update')
    for (let n = 0; n < 100; n++) {
      clock.advance(10)
      authenticate(secret)
    }
    expect(update).not.toHaveBeenCalled()
    expect(
      mustBe((await call('keys.list')).find(key => key.id === id)).lastUsedAt,
    ).toBe(new Date(clock.wall()).toISOString())
    metadata.failNextWrite(new Error('disk full'))
    vi.advanceTimersByTime(60_000)
    expect(stored()).toBeNull()
    expect(log.join()).toContain('disk full')
    vi.advanceTimersByTime(60_000)
    expect(stored()).toBe(clock.wall())
    expect(update).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(600_000)
    expect(update).toHaveBeenCalledTimes(2)
  }
  finally {
    vi.useRealTimers()
  }
})

it('writes back the last uses when it is disposed', async () => {
  const { administration, call, authenticate, metadata, clock } = await startAdministration()
  const { id, secret } = await call('keys.create', { label: 'k' })
  authenticate(secret)
  administration.dispose()
  expect(mustBe(metadata.keys.list().find(key => key.id === id)).lastUsedAt).toBe(clock.wall())
})

// Verified keys are remembered, and must be forgotten with every change of a key.
it('takes a remembered key with its rights of now, whatever changed', async () => {
  const { authenticate, call, clock } = await startAdministration()
  const { id, secret } = await call('keys.create', { label: 'k', scopes: ['read'] })
  const first = mustBe(authenticate(secret))
  expect(authenticate(secret)).toBe(first)

  await call('keys.update', { id, scopes: ['read', 'write'] })
  expect(mustBe(authenticate(secret)).scopes).toEqual(new Set(['read', 'write']))

  // S9. Red when `lasting` is always true in `verify` of key-ring.ts: the former secret would be
  // remembered beyond its overlap.
  const rotated = await call('keys.rotate', { id, overlap: 60 })
  expect([
    authenticate(secret)?.keyId,
    authenticate(secret)?.keyId,
    authenticate(rotated.secret)?.keyId,
  ]).toEqual([id, id, id])
  clock.advance(60_000)
  expect(authenticate(secret)).toBeUndefined()
  expect(authenticate(rotated.secret)?.keyId).toBe(id)

  // S9. Red when `revision++` in `changed` of key-ring.ts is removed.
  await call('keys.revoke', { id })
  expect(authenticate(rotated.secret)).toBeUndefined()
})

// S7. Red when verified-secrets.ts calls `principals.get` with less than the whole secret.
it('remembers a secret to the letter, and a session not at all', async () => {
  const { authenticate, call, clock } = await startAdministration()
  const { secret } = await call('keys.create', { label: 'k' })
  authenticate(secret)
  expect([
    authenticate(` ${secret}`),
    authenticate(secret.slice(0, -1)),
    authenticate(secret.toUpperCase()),
  ]).toEqual([undefined, undefined, undefined])

  const { code } = await call('session.code')
  const { token } = await call('session.create', { code })
  expect([authenticate(token)?.kind, authenticate(token)?.kind]).toEqual(['session', 'session'])
  clock.advance(limits.sessionIdle * 1000)
  expect(authenticate(token)).toBeUndefined()
})
