import type { IncomingMessage } from 'node:http'
import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import type { NewKey } from './support'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { asJson, manage, withKey } from './support'

const password = 'correct horse battery'
const origin = 'http://localhost:5173'
let larder: TestLarder
beforeEach(async () => {
  larder = await startLarder()
})
afterEach(() => larder.dispose())

interface Ben {
  id: string
  session: Record<string, string>
  key: Record<string, string>
  keyId: string
  code: string
}

/** Creates a user with every kind of credential. */
async function createBen(): Promise<Ben> {
  const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/users', { name: 'ben', password })
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { name: 'ben', password })
  const session = { Authorization: `Bearer ${token}` }
  const grant = { label: 'app', scopes: ['admin'], origins: [origin] }
  const { secret, id: keyId } = await manage<NewKey>(larder, 'POST', '/admin/keys', grant, session)
  const { code } = await manage<{ code: string }>(larder, 'POST', '/admin/session/code', undefined, session)
  await manage(larder, 'POST', '/admin/caches', { name: 'own', ttl: null, persistent: true }, session)
  await manage(larder, 'PUT', '/api/caches/own/entries/a', 'kept', session)
  return { id, session, key: withKey(secret), keyId, code }
}

async function statusOf(headers: Record<string, string>): Promise<number> {
  return (await larder.sendOpen('GET', '/admin/session', { headers })).status
}
function trySignIn(body: object): Promise<Answer> {
  return larder.sendOpen('POST', '/admin/session', { headers: asJson, body: JSON.stringify(body) })
}
const signIn = async (body: object): Promise<number> => (await trySignIn(body)).status
async function preflight(): Promise<number> {
  const headers = { 'Origin': origin, 'Access-Control-Request-Method': 'GET' }
  return (await larder.sendOpen('OPTIONS', '/v1/a', { headers })).status
}
/** Returns the results of session, key, link, password, and preflight of the key's origin. */
async function entrances(ben: Ben): Promise<number[]> {
  const byKeys = [await statusOf(ben.session), await statusOf(ben.key)]
  return [...byKeys, await signIn({ code: ben.code }), await signIn({ name: 'ben', password }), await preflight()]
}
function countOf(database: Sqlite.Database, table: string): unknown {
  return database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
}

/** Opens an event stream; `ended` resolves when it has ended. */
async function watch(headers: Record<string, string>): Promise<{ ended: Promise<unknown> }> {
  const { port } = larder
  const withHost = { Host: `localhost:${port}`, ...headers }
  const outgoing = request({ host: '127.0.0.1', port, path: '/events', headers: withHost, agent: false })
  outgoing.end()
  const [response] = await once(outgoing, 'response') as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  response.resume()
  return { ended: once(response, 'end') }
}

describe('a password that an administrator sets', () => {
  // Red: in src/main/admin/users.ts let `isReset` be false.
  it('ends sessions, links, keys and open streams of the user', async () => {
    const ben = await createBen()
    const { ended } = await watch(ben.key)
    expect(readFileSync(join(larder.home, 'secrets.json'), 'utf8')).toContain(ben.keyId)
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { password: 'another password' })
    await ended
    expect([await statusOf(ben.session), await statusOf(ben.key)]).toEqual([401, 401])
    expect([await signIn({ code: ben.code }), await signIn({ name: 'ben', password })]).toEqual([401, 401])
    const again = { headers: { ...ben.key, ...asJson }, body: JSON.stringify({ password }) }
    expect((await larder.sendOpen('PATCH', `/admin/users/${ben.id}`, again)).status).toBe(401)
    expect(readFileSync(join(larder.home, 'secrets.json'), 'utf8')).not.toContain(ben.keyId)
    expect(await signIn({ name: 'ben', password: 'another password' })).toBe(201)

    larder = await larder.restart()
    expect([await statusOf(ben.session), await statusOf(ben.key)]).toEqual([401, 401])
  })

  // Red: in src/main/admin/users.ts let `isReset` be true whenever there is a password.
  it('leaves the keys where it is one\'s own', async () => {
    const ben = await createBen()
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { password: 'another password' }, ben.session)
    expect([await statusOf(ben.session), await statusOf(ben.key)]).toEqual([200, 200])
    expect(await signIn({ code: ben.code })).toBe(401)
  })

  // Red: in src/main/http/control-plane.ts pass `exchange.principal` to `invoke`.
  it('holds against a request that was begun before', async () => {
    const ben = await createBen()
    const body = JSON.stringify({ password })
    const socket = connect(larder.port, '127.0.0.1')
    socket.write([
      `PATCH /admin/users/${ben.id} HTTP/1.1`,
      `Host: localhost:${larder.port}`,
      `Api-Key: ${ben.key['Api-Key']}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
      'Connection: close',
      '\r\n',
    ].join('\r\n'))
    // The guards have accepted the head.
    expect(String(await once(socket, 'data'))).toContain('100 Continue')
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { password: 'another password' })
    socket.write(body)
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 401 /)
    expect(await signIn({ name: 'ben', password })).toBe(401)
    expect(await signIn({ name: 'ben', password: 'another password' })).toBe(201)
  })
})

describe('a disabled user', () => {
  // Red: each of these alone – in src/main/admin/key-ring.ts drop `user.disabled ? null`; in
  // users.ts drop `|| disabled`; in sign-in.ts drop the check of `now.disabled`.
  it('is refused at once by everything, over a restart too, and comes back with everything', async () => {
    const ben = await createBen()
    const streams = [await watch(ben.key), await watch(ben.session)]
    const disabled = await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { disabled: true })
    expect(disabled).toMatchObject({ disabled: true, caches: 2 })
    await Promise.all(streams.map(({ ended }) => ended))
    expect(await entrances(ben)).toEqual([401, 401, 401, 401, 403])
    larder = await larder.restart()
    expect(await entrances(ben)).toEqual([401, 401, 401, 401, 403])

    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { disabled: false })
    expect(await entrances(ben)).toEqual([401, 200, 401, 201, 204])
    expect((await larder.sendOpen('GET', '/api/caches/own/entries/a', { headers: ben.key })).text).toBe('"kept"')
  })

  it('is told so only by the right password', async () => {
    const ben = await createBen()
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { disabled: true })
    const detailOf = async (given: string): Promise<unknown> =>
      (await trySignIn({ name: 'ben', password: given })).json().detail
    expect(await detailOf(password)).toMatch(/disabled/)
    expect(await detailOf('wrong password')).toBe('Name or password is wrong.')
  })
})

describe('a deleted user', () => {
  // Red: each of these alone – in src/main/admin/users.ts drop `caches.drop(id)`, `forgetKeys(id)`
  // or `sessions.endOthers(id, caller).apply()`.
  it('is gone with caches, entries, keys and the vault\'s copies, and leaves the name free', async () => {
    const ben = await createBen()
    const streams = [await watch(ben.key), await watch(ben.session)]
    const before = (await manage<{ bytes: number }>(larder, 'GET', '/admin/stats')).bytes
    const users = await manage<object[]>(larder, 'GET', '/admin/users')
    expect(users.find(user => 'id' in user && user.id === ben.id)).toMatchObject({ caches: 2, entries: 1, apiKeys: 2 })
    expect((await larder.send('DELETE', `/admin/users/${ben.id}`)).status).toBe(204)
    await Promise.all(streams.map(({ ended }) => ended))
    expect(await entrances(ben)).toEqual([401, 401, 401, 401, 403])
    expect((await larder.send('DELETE', `/admin/users/${ben.id}`)).json().code).toBe('user-not-found')
    expect((await manage<{ bytes: number }>(larder, 'GET', '/admin/stats')).bytes).toBe(before)
    expect(readFileSync(join(larder.home, 'secrets.json'), 'utf8')).not.toContain(ben.keyId)

    const again = await createBen()
    expect((await larder.sendOpen('GET', '/api/caches/own/entries/b', { headers: again.key })).status).toBe(404)
    await larder.send('DELETE', `/admin/users/${again.id}`)
    larder = await larder.restart()
    expect(await statusOf(ben.key)).toBe(401)
    await larder.stop()
    const entries = new Sqlite(join(larder.home, 'entries.db'), { readonly: true })
    expect(countOf(entries, 'entry')).toBe(0)
    entries.close()
    const records = new Sqlite(join(larder.home, 'larder.db'), { readonly: true })
    expect(['user', 'cache', 'api_key', 'session'].map(table => countOf(records, table))).toEqual([1, 1, 1, 0])
    records.close()
  })
})

describe('what is not everybody\'s business', () => {
  // Red: each of these alone – in src/main/admin/settings.ts or server-state.ts let `admin` be
  // true.
  it('is told to administrators alone', async () => {
    const ben = await createBen()
    const read = async (path: string, headers: Record<string, string>): Promise<string> =>
      (await larder.sendOpen('GET', path, { headers })).text
    const lists = ['/admin/caches', '/admin/session', '/admin/requests']
    const paths = ['/admin/settings', '/admin/stats', '/metrics', '/readyz', ...lists]
    for (const path of paths) {
      for (const headers of [ben.key, ben.session]) {
        const text = await read(path, headers)
        expect(text, path).not.toContain(larder.home)
        expect(text, path).not.toMatch(/process_|event_loop|"rss":\d|"requests":\d|"requestsPerSecond":\d/)
      }
    }
    const vault = { driver: 'file', state: 'ok', detail: null, reason: null }
    expect(JSON.parse(await read('/admin/settings', ben.key))).toMatchObject({ home: null, vault })
    const whole = { rss: null, requests: null, requestsPerSecond: null, everyone: null }
    expect(JSON.parse(await read('/admin/stats', ben.key))).toMatchObject({ caches: 2, ...whole })
    expect(await read('/metrics', ben.key)).toContain('larder_hits_total{cache="own"}')
    expect((await larder.send('GET', '/admin/settings')).text).toContain(larder.home)
    expect((await larder.send('GET', '/metrics')).text).toContain('process_resident_memory_bytes')
    expect((await larder.send('GET', '/admin/stats')).json().rss).toBeGreaterThan(0)
  })
})

describe('a page that leads to a one-time link', () => {
  const folder = (): string => join(larder.home, 'sign-in')
  const newPage = (): Promise<{ path: string, url: string, expiresIn: number }> =>
    manage(larder, 'POST', '/admin/session/page')

  // Red: each of these alone – in src/main/storage/sign-in-pages.ts write the page with
  // writeFileSync; in src/main/admin/sign-in-codes.ts drop `found?.ended?.()`.
  it('is its user\'s alone, holds no script, and goes with its code', async () => {
    const { path, url, expiresIn } = await newPage()
    expect(expiresIn).toBe(600)
    expect([statSync(path).mode & 0o777, statSync(folder()).mode & 0o777]).toEqual([0o600, 0o700])
    const text = readFileSync(path, 'utf8')
    expect(text.match(/http:[^"]+/g)).toEqual([url, url])
    expect(text).not.toMatch(/<script|\son\w+=|javascript:/i)
    expect(path).not.toContain(new URL(url).hash.slice(1))
    const other = await newPage()
    const code = new URL(url).hash.slice(1)
    expect([await signIn({ code }), await signIn({ code })]).toEqual([201, 401])
    expect([existsSync(path), existsSync(other.path)]).toEqual([false, true])
  })

  it('is there ten times at most, and not after a stop or a crash', async () => {
    for (let n = 0; n < 12; n++)
      await newPage()
    expect(readdirSync(folder())).toHaveLength(10)
    await larder.stop()
    expect(existsSync(folder())).toBe(false)
  })
})
