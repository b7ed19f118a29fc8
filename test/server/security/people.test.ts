import type { IncomingMessage } from 'node:http'
import type { TestLarder } from '../../helpers/start-larder'
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

/** A user with everything that lets one in. */
async function createBen(): Promise<Ben> {
  const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/users', { name: 'ben', password })
  const session = { Authorization: `Bearer ${(await manage<{ token: string }>(larder, 'POST', '/admin/session', { name: 'ben', password })).token}` }
  const { secret, id: keyId } = await manage<{ secret: string, id: string }>(larder, 'POST', '/admin/keys', { label: 'app', scopes: ['admin'], origins: ['http://localhost:5173'] }, session)
  const { code } = await manage<{ code: string }>(larder, 'POST', '/admin/session/code', undefined, session)
  await manage(larder, 'POST', '/admin/caches', { name: 'own', ttl: null, persistent: true }, session)
  await manage(larder, 'PUT', '/api/caches/own/entries/a', 'kept', session)
  return { id, session, key: withKey(secret), keyId, code }
}

const statusOf = async (headers: Record<string, string>): Promise<number> => (await larder.sendOpen('GET', '/admin/session', { headers })).status
const signIn = async (body: object): Promise<number> => (await larder.sendOpen('POST', '/admin/session', { headers: asJson, body: JSON.stringify(body) })).status
const preflight = async (): Promise<number> => (await larder.sendOpen('OPTIONS', '/v1/a', { headers: { 'Origin': 'http://localhost:5173', 'Access-Control-Request-Method': 'GET' } })).status

/** An event stream, and when it has ended. */
async function watch(headers: Record<string, string>): Promise<Promise<unknown>> {
  const outgoing = request({ host: '127.0.0.1', port: larder.port, path: '/events', headers: { Host: `localhost:${larder.port}`, ...headers }, agent: false })
  outgoing.end()
  const [response] = await once(outgoing, 'response') as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  response.resume()
  return [once(response, 'end')] as unknown as Promise<unknown>
}

describe('a password that an administrator sets', () => {
  // Red: in src/main/admin/users.ts let `isReset` be false.
  it('ends sessions, links, keys and open streams of the user', async () => {
    const ben = await createBen()
    const [ended] = await watch(ben.key) as unknown as [Promise<unknown>]
    expect(readFileSync(join(larder.home, 'secrets.json'), 'utf8')).toContain(ben.keyId)
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { password: 'another password' })
    await ended
    expect([await statusOf(ben.session), await statusOf(ben.key)]).toEqual([401, 401])
    expect([await signIn({ code: ben.code }), await signIn({ name: 'ben', password })]).toEqual([401, 401])
    expect((await larder.sendOpen('PATCH', `/admin/users/${ben.id}`, { headers: { ...ben.key, ...asJson }, body: JSON.stringify({ password }) })).status).toBe(401)
    expect(readFileSync(join(larder.home, 'secrets.json'), 'utf8')).not.toContain(ben.keyId)
    expect(await signIn({ name: 'ben', password: 'another password' })).toBe(201)

    larder = await larder.restart()
    expect(await statusOf(ben.key)).toBe(401)
  })

  // Red: in src/main/admin/users.ts let `isReset` be true whenever there is a password.
  it('leaves the keys where it is one\'s own', async () => {
    const ben = await createBen()
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { password: 'another password' }, ben.session)
    expect([await statusOf(ben.session), await statusOf(ben.key), await signIn({ code: ben.code })]).toEqual([200, 200, 401])
  })

  // Red: in src/main/http/control-plane.ts hand `exchange.principal` to `invoke`.
  it('holds against a request that was begun before', async () => {
    const ben = await createBen()
    const body = JSON.stringify({ password })
    const socket = connect(larder.port, '127.0.0.1')
    const head = [`PATCH /admin/users/${ben.id} HTTP/1.1`, `Host: localhost:${larder.port}`, `Api-Key: ${ben.key['Api-Key']}`, 'Content-Type: application/json', `Content-Length: ${body.length}`, 'Expect: 100-continue', 'Connection: close', '', '']
    socket.write(head.join('\r\n'))
    // The head is through the guards.
    expect(String(await once(socket, 'data'))).toContain('100 Continue')
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { password: 'another password' })
    socket.write(body)
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 401 /)
    expect([await signIn({ name: 'ben', password }), await signIn({ name: 'ben', password: 'another password' })]).toEqual([401, 201])
  })
})

describe('a disabled user', () => {
  // Red: each of these alone – in src/main/admin/key-ring.ts drop `user.disabled ? null`; in users.ts drop `|| disabled`; in sign-in.ts drop
  // the look at `now.disabled`.
  it('is refused by every credential and stream at once, over a restart too, and comes back with everything', async () => {
    const ben = await createBen()
    const streams = [(await watch(ben.key) as unknown as [Promise<unknown>])[0], (await watch(ben.session) as unknown as [Promise<unknown>])[0]]
    expect(await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { disabled: true })).toMatchObject({ disabled: true, caches: 2 })
    await Promise.all(streams)
    const locked = async (): Promise<number[]> => [await statusOf(ben.session), await statusOf(ben.key), await signIn({ code: ben.code }), await signIn({ name: 'ben', password }), await preflight()]
    expect(await locked()).toEqual([401, 401, 401, 401, 403])
    larder = await larder.restart()
    expect(await locked()).toEqual([401, 401, 401, 401, 403])

    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { disabled: false })
    expect([await statusOf(ben.session), await statusOf(ben.key), await signIn({ code: ben.code }), await signIn({ name: 'ben', password }), await preflight()]).toEqual([401, 200, 401, 201, 204])
    expect((await larder.sendOpen('GET', '/api/caches/own/entries/a', { headers: ben.key })).text).toBe('"kept"')
  })

  it('is told so only by the right password', async () => {
    const ben = await createBen()
    await manage(larder, 'PATCH', `/admin/users/${ben.id}`, { disabled: true })
    const answers = await Promise.all([password, 'wrong password'].map(given => larder.sendOpen('POST', '/admin/session', { headers: asJson, body: JSON.stringify({ name: 'ben', password: given }) })))
    expect(answers.map(answer => answer.json().detail)).toEqual([expect.stringContaining('disabled'), 'Name or password is wrong.'])
  })
})

describe('a deleted user', () => {
  // Red: each of these alone – in src/main/admin/users.ts drop `caches.drop(id)`, `forgetKeys(id)` or `sessions.endOthers(id, caller)`.
  it('is gone with caches, entries, keys and the vault\'s copies, and leaves the name free', async () => {
    const ben = await createBen()
    const [ended] = await watch(ben.key) as unknown as [Promise<unknown>]
    const before = (await manage<{ bytes: number }>(larder, 'GET', '/admin/stats')).bytes
    expect((await larder.send('DELETE', `/admin/users/${ben.id}`)).status).toBe(204)
    await ended
    expect([await statusOf(ben.session), await statusOf(ben.key), await signIn({ code: ben.code }), await signIn({ name: 'ben', password }), await preflight()]).toEqual([401, 401, 401, 401, 403])
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
    expect(entries.prepare('SELECT count(*) FROM entry').pluck().get()).toBe(0)
    entries.close()
    const records = new Sqlite(join(larder.home, 'larder.db'), { readonly: true })
    expect(['user', 'cache', 'api_key'].map(table => records.prepare(`SELECT count(*) FROM ${table}`).pluck().get())).toEqual([1, 1, 1])
    records.close()
  })
})

describe('what is not everybody\'s business', () => {
  // Red: each of these alone – in src/main/admin/settings.ts or server-state.ts let `admin` be true.
  it('is told to administrators alone', async () => {
    const ben = await createBen()
    const read = async (path: string, headers: Record<string, string>): Promise<string> => (await larder.sendOpen('GET', path, { headers })).text
    const paths = ['/admin/settings', '/admin/stats', '/metrics', '/readyz', '/admin/caches', '/admin/session', '/admin/requests']
    for (const path of paths) {
      for (const headers of [ben.key, ben.session]) {
        const text = await read(path, headers)
        expect(text, path).not.toContain(larder.home)
        expect(text, path).not.toMatch(/process_|event_loop|"rss":\d|"requests":\d|"requestsPerSecond":\d/)
      }
    }
    expect(JSON.parse(await read('/admin/settings', ben.key))).toMatchObject({ home: null, vault: { driver: 'file', state: 'ok', detail: null, reason: null } })
    expect(JSON.parse(await read('/admin/stats', ben.key))).toMatchObject({ caches: 2, rss: null, requests: null, requestsPerSecond: null })
    expect(await read('/metrics', ben.key)).toContain('larder_hits_total{cache="own"}')
    expect((await larder.send('GET', '/admin/settings')).text).toContain(larder.home)
    expect((await larder.send('GET', '/metrics')).text).toContain('process_resident_memory_bytes')
    expect((await larder.send('GET', '/admin/stats')).json().rss).toBeGreaterThan(0)
  })
})

describe('a page that leads to a one-time link', () => {
  const folder = (): string => join(larder.home, 'sign-in')
  const newPage = (): Promise<{ path: string, url: string, expiresIn: number }> => manage(larder, 'POST', '/admin/session/page')

  // Red: each of these alone – in src/main/storage/sign-in-pages.ts write the page with writeFileSync; in src/main/admin/sign-in-codes.ts drop
  // `found?.ended?.()`.
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
