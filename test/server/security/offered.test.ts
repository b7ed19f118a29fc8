import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { freePort } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { manage } from './support'

// What a user who is not an administrator sees of connections, and may do with them.

let larder: TestLarder
let folder: string
let closed: string
const password = 'correct horse battery'
type User = (method: string, path: string, body?: object) => Promise<Answer>
let ben: User
let cat: User

async function register(name: string): Promise<User> {
  await manage(larder, 'POST', '/admin/users', { name, password })
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { name, password })
  return (method, path, body) =>
    larder.sendOpen(method, path, { headers: { Authorization: `Bearer ${token}` }, ...body && { body: JSON.stringify(body) } })
}
function admin(method: string, path: string, body?: object): Promise<Answer> {
  return larder.send(method, path, body && { body: JSON.stringify(body) })
}

beforeAll(async () => {
  larder = await startLarder()
  folder = mkdtempSync(join(tmpdir(), 'larder-offered-'))
  closed = `redis://127.0.0.1:${await freePort()}`
  writeFileSync(join(folder, 'pear.txt'), 'green')
  for (const connection of [
    { name: 'offered', driver: 'file', folder, offered: true },
    { name: 'away', driver: 'redis', url: closed, user: 'larder-user', password: 'canary', offered: true },
    { name: 'broken', driver: 'file', folder: join(folder, 'secret-place'), offered: true },
    { name: 'kept', driver: 'file', folder },
  ]) {
    expect((await admin('POST', '/admin/connections', connection)).json())
      .toMatchObject({ offered: connection.offered ?? false })
  }
  ben = await register('ben')
  cat = await register('cat')
})
beforeEach(async () => {
  for (const send of [admin, ben, cat]) {
    for (const { name } of (await send('GET', '/admin/caches')).json<{ name: string }[]>()) {
      if (name !== 'default')
        await send('DELETE', `/admin/caches/${name}`)
    }
  }
})
afterAll(async () => {
  await larder.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** Nothing of this may reach a user. */
function expectNoAddress(...answers: Answer[]): void {
  for (const { text } of answers) {
    for (const secret of [folder, 'secret-place', closed.slice('redis://'.length), 'larder-user', 'canary'])
      expect(text).not.toContain(secret)
  }
}
function create(send: User, name: string, settings: object): Promise<Answer> {
  return send('POST', '/admin/caches', { name, ttl: 60, ...settings })
}

// Red: in src/main/admin/connections.ts leave out `offered ?` of connections.offered.
it('sees name, driver and state of what is offered, and nothing else', async () => {
  const answer = await ben('GET', '/admin/offered-connections')
  expect(answer.json()).toEqual([
    { name: 'away', driver: 'redis', state: expect.any(String) as string },
    { name: 'broken', driver: 'file', state: expect.any(String) as string },
    { name: 'offered', driver: 'file', state: expect.any(String) as string },
  ])
  expectNoAddress(answer)
  expect((await larder.sendOpen('GET', '/admin/offered-connections')).status).toBe(401)
})

// Red: `reach: 'own'` in a row of src/shared/operations/connections.ts.
it.each([
  ['GET', '/admin/connections'],
  ['POST', '/admin/connections', { name: 'mine', driver: 'file', folder: '/' }],
  ['GET', '/admin/connections/offered'],
  ['PATCH', '/admin/connections/offered', { offered: false }],
  ['DELETE', '/admin/connections/offered'],
  ['POST', '/admin/connections/offered/test', {}],
  ['POST', '/admin/connections/mine/test', { driver: 'file', folder: '/' }],
])('may not %s %s', async (method, path, body?: object) => {
  const answer = await ben(method, path, body)
  expect(answer.json()).toMatchObject({ status: 403, code: 'admin-only' })
  expectNoAddress(answer)
})

describe.each([
  ['source', { source: { connection: 'offered', key: '{key}.txt' } }],
  ['backend', { backend: { connection: 'offered', prefix: 'ben:' } }],
])('a user\'s %s', (name, settings: Record<string, { connection: string }>) => {
  const withConnection = (connection: string): object => ({ [name]: { ...settings[name], connection } })

  it('may be a connection that is offered', async () => {
    expect((await create(ben, 'mine', settings)).json()).toMatchObject(settings)
    expect((await ben('PATCH', '/admin/caches/mine', { [name]: null })).json()).toMatchObject({ [name]: null })
    expect((await ben('PATCH', '/admin/caches/mine', settings)).json()).toMatchObject(settings)
  })

  // Red: in src/main/admin/offered-connections.ts leave out `get(name).offered`.
  it('is none that is not offered, which looks like one that is not there', async () => {
    await create(ben, 'mine', {})
    for (const send of [
      (settings: object) => create(ben, 'other', settings),
      (settings: object) => ben('PATCH', '/admin/caches/mine', settings),
      (settings: object) => ben('POST', '/admin/caches/mine/preview', settings),
    ]) {
      const [kept, nowhere] = await Promise.all([send(withConnection('kept')), send(withConnection('nowhere'))])
      expect(kept.json()).toMatchObject({ status: 404, code: 'connection-not-found' })
      expect(kept.text.replaceAll('kept', 'nowhere')).toBe(nowhere.text)
    }
    expect((await ben('GET', '/admin/caches')).json()).toHaveLength(2)
  })

  it('cannot be changed while its connection is not offered, but taken away', async () => {
    await create(ben, 'mine', settings)
    // Nobody could take back what is used; but an administrator may become none.
    const users = (await admin('GET', '/admin/users')).json<{ id: string, name: string }[]>()
    const id = users.find(user => user.name === 'ben')?.id
    await admin('PATCH', `/admin/users/${id}`, { admin: true })
    expect((await ben('PATCH', '/admin/caches/mine', withConnection('kept'))).status).toBe(200)
    await admin('PATCH', `/admin/users/${id}`, { admin: false })
    const part = name === 'source' ? { softTimeout: 1 } : { timeout: 1 }
    expect((await ben('PATCH', '/admin/caches/mine', { [name]: part })).json())
      .toMatchObject({ status: 404, code: 'connection-not-found' })
    expect((await ben('PATCH', '/admin/caches/mine', { ttl: 5 })).status).toBe(200)
    expect((await ben('PATCH', '/admin/caches/mine', { [name]: null })).status).toBe(200)
  })
})

it('fills a cache, and says what fails without the address', async () => {
  await create(ben, 'mine', { source: { connection: 'offered', key: '{key}.txt' } })
  const pear = '/api/caches/mine/entries/pear'
  expect((await ben('GET', pear)).text).toBe('green')
  const failed: Answer[] = []
  for (const connection of ['away', 'broken']) {
    await ben('DELETE', '/api/caches/mine/entries?prefix=p')
    failed.push(await ben('PATCH', '/admin/caches/mine', { source: { connection } }))
    const read = await ben('GET', pear)
    expect(read.status).toBe(502)
    failed.push(read, await ben('PUT', pear, { a: 1 }), await ben('POST', '/admin/caches/mine/refresh', {}))
    failed.push(await ben('PATCH', '/admin/caches/mine', { source: null, backend: { connection, prefix: 'p:' } }))
    failed.push(await ben('GET', pear), await ben('PUT', pear, { a: 1 }), await ben('POST', '/admin/caches/mine/flush'))
    expect((await ben('PATCH', '/admin/caches/mine', { backend: null })).status).toBe(200)
  }
  const jobs = (): Promise<Answer> => ben('GET', '/admin/jobs')
  await expect.poll(async () => (await jobs()).text).not.toContain('"running"')
  const seen = await Promise.all([
    jobs(),
    ...['requests', 'caches', 'offered-connections', 'stats', 'settings'].map(path => ben('GET', `/admin/${path}`)),
    ben('GET', '/readyz'),
    ben('GET', '/metrics'),
  ])
  expectNoAddress(...failed, ...seen)
  expect((await ben('GET', '/metrics')).text).not.toContain('larder_connection_state')
})

// Red: in src/main/admin/offered-connections.ts leave out `keepApart`, or in server-settings.ts
// `nested`.
it.each<[string, object, object, string]>([
  ['a prefix within another', backendOf('ab:'), backendOf('ab:c'), 'backend.prefix'],
  ['a prefix around another', backendOf('ab:'), backendOf('a'), 'backend.prefix'],
  ['a source over a backend', backendOf('ab:'), sourceOf('{key}'), 'source.key'],
  ['a source within a backend', backendOf('ab:'), sourceOf('ab:c:{key}'), 'source.key'],
  ['a backend under a source', sourceOf('ab:{key}'), backendOf('ab:c'), 'backend.prefix'],
])('keeps users apart on one connection: %s', async (_, theirs, mine, field) => {
  expect((await create(cat, 'secret-name', theirs)).status).toBe(201)
  const answer = await create(ben, 'mine', mine)
  expect(answer.json()).toMatchObject({ status: 400, errors: [{ field }] })
  expect(answer.text).not.toContain('secret-name')
  expect((await create(admin, 'mine', mine)).status).toBe(400)
  expect((await create(ben, 'mine', sourceOf('other:{key}'))).status).toBe(201)
  await create(ben, 'also', {})
  expect((await ben('PATCH', '/admin/caches/also', mine)).json()).toMatchObject({ status: 400, errors: [{ field }] })
})

// Red: in src/main/admin/caches.ts let `describe` tell the whole tier to everybody.
it('is not told why a shared tier is not connected', async () => {
  const detailOf = async (send: User, prefix: string): Promise<string | null> => {
    const backend = { connection: 'away', prefix, near: { ttl: null } }
    await send('POST', '/admin/caches', { name: prefix, ttl: 60, backend })
    expect((await send('GET', `/api/caches/${prefix}/entries/a`)).status).toBeGreaterThanOrEqual(502)
    const { tier } = (await send('GET', `/admin/caches/${prefix}`)).json<{ tier: { detail: string | null } }>()
    return tier.detail
  }
  await expect.poll(() => detailOf(admin, 'admins')).toContain('Nothing listens at')
  expect(await detailOf(ben, 'bens')).toBeNull()
})

// Red: in src/main/admin/server-settings.ts let `source` be `change.source ?? null`.
it('leaves alone what was there before the offer', async () => {
  const users = (await admin('GET', '/admin/users')).json<{ id: string, name: string }[]>()
  const id = users.find(user => user.name === 'ben')?.id
  const source = { connection: 'kept', key: '{key}' }
  await admin('PATCH', `/admin/users/${id}`, { admin: true })
  expect((await create(admin, 'own', { backend: { connection: 'kept', prefix: 'ab:' } })).status).toBe(201)
  const { source: whole } = (await create(ben, 'mine', { source })).json<{ source: object }>()
  await admin('PATCH', `/admin/users/${id}`, { admin: false })
  await admin('PATCH', '/admin/connections/kept', { offered: true })
  expect((await ben('PATCH', '/admin/caches/mine', { ttl: 5, source: whole })).json()).toMatchObject({ ttl: 5, source })
  expect((await ben('PATCH', '/admin/caches/mine', { source: { key: 'a{key}' } })).status).toBe(400)
  expect((await ben('PATCH', '/admin/caches/mine', { source: { key: 'x{key}' } })).status).toBe(200)
  await ben('DELETE', '/admin/caches/mine')
  expect((await admin('PATCH', '/admin/connections/kept', { offered: false })).status).toBe(200)
})

it('lets users read the same values', async () => {
  for (const send of [ben, cat])
    expect((await create(send, 'mine', sourceOf('{key}'))).status).toBe(201)
})

function backendOf(prefix: string): object {
  return { backend: { connection: 'offered', prefix } }
}
function sourceOf(key: string): object {
  return { source: { connection: 'offered', key } }
}

// Red: in src/main/admin/connections.ts leave out `refuseTakingBack`.
it('is taken back only when no cache of such a user needs it', async () => {
  const take = (): Promise<Answer> => admin('PATCH', '/admin/connections/offered', { offered: false })
  await create(ben, 'secret-name', sourceOf('{key}'))
  await create(cat, 'mine', sourceOf('{key}'))
  await create(admin, 'own', sourceOf('{key}'))
  const refused = await take()
  expect(refused.json()).toMatchObject({ status: 409, code: 'connection-in-use' })
  expect(refused.json<{ detail: string }>().detail).toContain('2 caches of users who are not administrators use it')
  expect(refused.text).not.toContain('secret-name')
  expect((await admin('GET', '/admin/connections/offered')).json())
    .toMatchObject({ offered: true, usedBy: { caches: ['own'], others: 2 } })
  await ben('DELETE', '/admin/caches/secret-name')
  await cat('PATCH', '/admin/caches/mine', { source: null })
  expect((await take()).json()).toMatchObject({ offered: false, usedBy: { caches: ['own'], others: 0 } })
  expect((await create(ben, 'mine', sourceOf('{key}'))).status).toBe(404)
  expect((await admin('PATCH', '/admin/connections/offered', { offered: true })).status).toBe(200)
  expect((await create(ben, 'mine', sourceOf('{key}'))).status).toBe(201)
})

it('stays offered after a restart, and one of a variable never is', async () => {
  const home = temporaryFolder()
  const variable = 'LARDER_CONNECTION_RUN'
  const run = { name: 'run', driver: 'file' as const, values: { folder }, secrets: {}, variable }
  const first = await startLarder({ home, connections: [run] })
  await manage(first, 'POST', '/admin/connections', { name: 'main', driver: 'file', folder, offered: true })
  const second = await first.restart()
  try {
    expect((await second.send('GET', '/admin/offered-connections')).json()).toMatchObject([{ name: 'main' }])
    expect((await second.send('GET', '/admin/connections/run')).json()).toMatchObject({ offered: false })
    expect((await second.send('PATCH', '/admin/connections/run', { body: '{"offered":true}' })).json())
      .toMatchObject({ status: 409, code: 'protected' })
  }
  finally {
    await second.dispose()
  }
})
