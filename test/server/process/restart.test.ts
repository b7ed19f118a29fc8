import type { ServerProcess } from './launch'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Sqlite from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { send } from '../../helpers/http-client'
import { build, launch } from './launch'

beforeAll(build, 240_000)

const password = 'correct horse battery'

async function done<T = Record<string, unknown>>(
  server: ServerProcess,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await server.send(
    method,
    path,
    { body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body) },
  )
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  return (answer.body.length === 0 ? undefined : answer.json()) as T
}

interface Written {
  keys: { living: string, rotated: string, former: string, revoked: string }
  sessions: { open: string, signedOut: string }
}

/** Changes one of each thing that is kept. Each response is an acknowledgement. */
async function writeEverything(server: ServerProcess): Promise<Written> {
  await done(server, 'POST', '/admin/caches', { name: 'products', ttl: 60, sliding: true, maxEntries: 10 })
  await done(server, 'POST', '/admin/caches', { name: 'off', ttl: null, persistent: true })
  await done(server, 'POST', '/admin/caches', { name: 'deleted', ttl: 1 })
  await done(server, 'DELETE', '/admin/caches/deleted')
  await done(server, 'PUT', '/api/caches/products/entries/a', 'gone with the process')
  await done(server, 'PUT', '/api/caches/off/entries/b', 'kept, its cache is persistent')
  await done(server, 'PUT', '/v1/kept', 'kept')
  await done(server, 'PUT', '/v1/dropped', 'dropped')
  await done(server, 'DELETE', '/v1/dropped')
  const living = await done<{ id: string, secret: string }>(server, 'POST', '/admin/keys', { label: 'living', caches: ['products'], origins: ['http://localhost:5173'] })
  const former = await done<{ id: string, secret: string }>(server, 'POST', '/admin/keys', { label: 'rotated' })
  const rotated = await done<{ secret: string }>(server, 'POST', `/admin/keys/${former.id}/rotate`)
  const revoked = await done<{ id: string, secret: string }>(server, 'POST', '/admin/keys', { label: 'revoked' })
  await done(server, 'DELETE', `/admin/keys/${revoked.id}`)
  await done(server, 'POST', '/admin/users', { name: 'somebody', password })
  const signIn = async (): Promise<string> =>
    (await done<{ token: string }>(server, 'POST', '/admin/session', { name: 'somebody', password })).token
  const sessions = { open: await signIn(), signedOut: await signIn() }
  const signOut = { headers: { 'Api-Key': sessions.signedOut } }
  expect((await server.send('DELETE', '/admin/session', signOut)).status).toBe(204)
  await done(server, 'PATCH', '/admin/settings', {
    valueLimit: 2048,
    memory: 64 * 1024 * 1024,
    anonymous: { enabled: true, scopes: ['read'] },
  })
  await done(server, 'PATCH', '/admin/caches/off', { enabled: false })
  await done(server, 'PUT', '/admin/switch', { enabled: false })
  return {
    keys: { living: living.secret, rotated: rotated.secret, former: former.secret, revoked: revoked.secret },
    sessions,
  }
}

interface State {
  caches: Record<string, unknown>[]
  keys: Record<string, unknown>[]
  users: unknown
  settings: Record<string, unknown>
  switch: unknown
}

async function metadataOf(server: ServerProcess): Promise<State> {
  const [caches, keys, users, settings, gate] = await Promise.all([
    '/admin/caches',
    '/admin/keys',
    '/admin/users',
    '/admin/settings',
    '/admin/switch',
  ].map(path => done<Record<string, unknown>[]>(server, 'GET', path)))
  return {
    // Entries and their counts are checked separately; how long a cache has been off, and who has
    // called it since, begins anew.
    caches: (caches ?? []).map((cache) => {
      const { statistics: _, lastMinute: __, asOf: ___, entries: ____, bytes: _____, off, ...definition } = cache
      return { ...definition, isOff: off !== null }
    }),
    keys: keys ?? [],
    users: (users ?? []).map(({ entries: _, ...user }) => user),
    settings: { ...settings, url: '' } as Record<string, unknown>,
    switch: gate,
  }
}

/** Waits until exactly these entries are on the disk. */
async function untilWritten(home: string, entries: Record<string, string>): Promise<void> {
  const reader = new Sqlite(join(home, 'entries.db'), { readonly: true })
  try {
    const read = reader.prepare<[], { key: Buffer, value: Buffer }>('SELECT key, value FROM entry')
    const written = (): Record<string, string> =>
      Object.fromEntries(read.all().map(({ key, value }) => [String(key), String(value)]))
    await expect.poll(written).toEqual(entries)
  }
  finally {
    reader.close()
  }
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('a restart after %s', (signal) => {
  // Red: in src/main/admin/stored-settings.ts drop `metadata.settings.set('enabled', enabled)`, or
  // in src/main/admin/sessions.ts `writeBack()` in `start`.
  it('keeps caches, users, keys, sessions, settings, switches and the entries of persistent caches; others are gone', async () => {
    const home = temporaryFolder()
    const first = launch(home)
    const { keys, sessions } = await writeEverything(first)
    const before = await metadataOf(first)
    expect(before.caches.map(({ name }) => name).sort()).toEqual(['default', 'off', 'products'])
    // Writes of entries may not have reached the disk yet.
    if (signal === 'SIGKILL')
      await untilWritten(home, { kept: 'kept', b: 'kept, its cache is persistent' })
    await first.end(signal)
    // Test servers in the same process use cheaper passwords; servers that people start must not.
    if (signal === 'SIGTERM')
      expect(readFileSync(join(home, 'larder.db'), 'latin1')).toContain('scrypt$32768$8$1$')

    const second = launch(home)
    expect(await metadataOf(second)).toEqual(before)
    expect((await second.send('GET', '/v1/kept')).status).toBe(503)
    await done(second, 'PUT', '/admin/switch', { enabled: true })
    expect((await second.send('GET', '/api/caches/off/entries/b')).status).toBe(503)
    await done(second, 'PATCH', '/admin/caches/off', { enabled: true })
    const entries = await Promise.all([
      '/v1/kept',
      '/api/caches/off/entries/b',
      '/v1/dropped',
      '/api/caches/products/entries/a',
    ].map(async (path) => {
      const { status, text } = await second.send('GET', path)
      return status === 200 ? text : status
    }))
    expect(entries).toEqual(['kept', 'kept, its cache is persistent', 404, 404])

    const port = await second.ready
    const statusWith = async (secret: string): Promise<number> =>
      (await send(port, 'GET', '/admin/session', { headers: { 'Api-Key': secret } })).status
    expect({
      living: await statusWith(keys.living),
      rotated: await statusWith(keys.rotated),
      former: await statusWith(keys.former),
      revoked: await statusWith(keys.revoked),
      session: await statusWith(sessions.open),
      signedOut: await statusWith(sessions.signedOut),
    }).toEqual({ living: 200, rotated: 200, former: 401, revoked: 401, session: 200, signedOut: 401 })
    const signIn = await send(port, 'POST', '/admin/session', { body: JSON.stringify({ name: 'somebody', password }) })
    expect(signIn.status).toBe(201)
  })
})

/** R15: 100 kills at full size. */
const kills = process.env.LARDER_HARD === '1' ? 100 : 10

// R15. Red: in src/main/storage/home-lock.ts refuse if `larder.pid` exists.
it(`starts again on the same folder and port after each of ${kills} kills, with all that was acknowledged`, {
  timeout: 180_000,
}, async () => {
  const home = temporaryFolder()
  let port = 0
  for (let round = 0; round < kills; round++) {
    const server = launch(home, { LARDER_PORT: String(port) })
    port = await server.ready
    const names = (await done<{ name: string }[]>(server, 'GET', '/admin/caches')).map(({ name }) => name)
    expect(names.sort()).toEqual(['default', ...Array.from({ length: round }, (_, i) => `round-${i}`)].sort())
    await done(server, 'POST', '/admin/caches', { name: `round-${round}`, ttl: 1 })
    await server.end('SIGKILL')
  }
})
