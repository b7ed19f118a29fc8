import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startBlackHole } from '../../helpers/black-hole'
import { temporaryFolder } from '../../helpers/folder'
import { requireProgram } from '../../helpers/programs'
import { freePort, redisProgram, startRedis } from '../../helpers/redis-server'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { asJson, manage } from './support'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

interface Result { ok: boolean, step?: string, message?: string, server?: string }
function test(name: string, body: object = {}, server = larder): Promise<Result> {
  return manage<Result & Record<string, unknown>>(server, 'POST', `/admin/connections/${name}/test`, body)
}
function tryUrl(url: string, more: object = {}): Promise<Result> {
  return test('unsaved', { driver: 'redis', url, ...more })
}
const openssl = requireProgram('openssl', 'openssl')

describe.skipIf(!redisProgram.available)(`a test, step by step ${redisProgram.reason}`, () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis('--requirepass', 'right')
  })
  afterAll(() => redis.dispose())

  it('goes well, and says how long it took and what answers', async () => {
    const answers = await Promise.all([
      tryUrl(redis.url, { password: 'right' }),
      tryUrl(redis.url.replace('//', '//default:right@')),
      tryUrl(redis.url, { password: 'right', write: true }),
      tryUrl(`unix://${redis.socket}`, { password: 'right' }),
      tryUrl(`redis://localhost:${redis.port}/5`, { password: 'right' }),
    ])
    // Red: in src/main/upstreams/upstreams.ts answer all `connectionSteps`.
    const [plain, , writing, socket] = answers
    for (const answer of answers) {
      expect(answer).toMatchObject({
        ok: true,
        ms: expect.any(Number),
        server: expect.stringMatching(/^(?:Redis|Valkey) \d+\.\d+/),
      })
    }
    expect(plain).toMatchObject({ steps: ['resolve', 'connect', 'authenticate', 'read'] })
    expect(writing).toMatchObject({ steps: ['resolve', 'connect', 'authenticate', 'read', 'write'] })
    expect(socket).toMatchObject({ steps: ['connect', 'authenticate', 'read'] })
  })

  it.each<[string, () => [string, object?], string, string]>([
    ['resolve', () => ['redis://no-such-host.invalid'], 'resolve', 'The name no-such-host.invalid cannot be found'],
    ['link-local', () => ['redis://169.254.169.254:80'], 'resolve', '169.254.169.254 is a link-local address, to which Larder never connects.'],
    ['link-local in IPv6', () => ['redis://[::ffff:169.254.169.254]:80'], 'resolve', 'is a link-local address'],
    ['no socket', () => ['unix:///nonexistent/socket'], 'connect', 'There is no socket /nonexistent/socket.'],
    ['TLS where there is none', () => [redis.url.replace('redis:', 'rediss:')], 'secure', 'does not answer to TLS.'],
    ['no password', () => [redis.url], 'authenticate', 'The server wants a password.'],
    ['a wrong password', () => [redis.url, { password: 'wrong' }], 'authenticate', 'refuses this user or password.'],
    ['a wrong user', () => [redis.url, { user: 'eve', password: 'right' }], 'authenticate', 'refuses this user'],
    ['no such database', () => [`${redis.url}/99`, { password: 'right' }], 'authenticate', 'The server has no database of this number.'],
  ])('says at which step it failed: %s', async (_, given, step, message) => {
    const [url, more] = given()
    expect(await tryUrl(url, more)).toMatchObject({ ok: false, step, message: expect.stringContaining(message) })
  })

  it('says where nothing listens', async () => {
    const port = await freePort()
    expect(await tryUrl(`redis://127.0.0.1:${port}`))
      .toMatchObject({ ok: false, step: 'connect', message: `Nothing listens at 127.0.0.1:${port}.` })
  })

  it('says what the user may not do, and leaves nothing behind', async () => {
    const own = await startRedis()
    onTestFinished(() => own.dispose())
    await own.command('ACL', 'SETUSER', 'writer', 'on', '>pw', '~*', '+@all', '-get')
    await own.command('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@all', '-set')
    await own.command('ACL', 'SETUSER', 'confined', 'on', '>pw', '~app:*', '+@all')
    const as = (user: string, write: boolean): Promise<Result> => tryUrl(own.url, { user, password: 'pw', write })
    const message = 'The user may not do this on the server.'
    expect(await as('writer', true)).toMatchObject({ ok: false, step: 'read', message })
    expect(await as('reader', false)).toMatchObject({ ok: true })
    expect(await as('reader', true)).toMatchObject({ ok: false, step: 'write', message })
    expect(await as('confined', false)).toMatchObject({ ok: true })
    expect(await tryUrl(own.url, { write: true })).toMatchObject({ ok: true })
    expect(await own.command('DBSIZE')).toBe(0)
  })

  it.skipIf(!openssl.available)(`knows a certificate by its CA, and by its name ${openssl.reason}`, async () => {
    const folder = temporaryFolder()
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ], { stdio: 'ignore' })
    const tlsPort = await freePort()
    const secure = await startRedis(
      ...['--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', key],
      ...['--tls-ca-cert-file', cert, '--tls-auth-clients', 'no'],
    )
    onTestFinished(() => secure.dispose())
    const ca = readFileSync(cert, 'utf8')
    // Red: in src/main/upstreams/dial.ts `rejectUnauthorized: false`.
    expect(await tryUrl(`rediss://localhost:${tlsPort}`)).toMatchObject({
      ok: false,
      step: 'secure',
      message: 'This system does not know who signed the certificate of localhost. Give its CA.',
    })
    expect(await tryUrl(`rediss://localhost:${tlsPort}`, { ca, write: true })).toMatchObject({ ok: true })
    expect(await tryUrl(`rediss://127.0.0.1:${tlsPort}`, { ca })).toMatchObject({
      ok: false,
      step: 'secure',
      message: 'The certificate there is not one of 127.0.0.1.',
    })
  })
})

describe('a test of something that does not answer', () => {
  // Red: in src/main/upstreams/upstreams.ts drop `late.abort()`, or `link?.close()` of `tryOut`.
  it.each([
    ['redis', 'authenticate', 'Something listens there, but does not answer.'],
    [
      'rediss',
      'secure',
      'Something listens there, but it does not answer to TLS. It may expect connections without it.',
    ],
  ])('%s: ends by itself, and leaves no socket', async (scheme, step, message) => {
    const hole = await startBlackHole()
    onTestFinished(() => hole.dispose())
    expect(await tryUrl(`${scheme}://127.0.0.1:${hole.port}`)).toMatchObject({ ok: false, step, message })
    await expect.poll(() => hole.open()).toBe(0)
    expect(hole.total()).toBe(1)
  })

  // Red: in src/main/http/control-plane.ts do not hand `left` to `invoke`.
  it('ends when the client leaves', async () => {
    const hole = await startBlackHole()
    onTestFinished(() => hole.dispose())
    const asking = request({
      ...{ host: '127.0.0.1', port: larder.port, method: 'POST', path: '/admin/connections/unsaved/test' },
      headers: { 'Host': `localhost:${larder.port}`, 'Api-Key': ownerKey, ...asJson },
    })
    asking.on('error', () => {})
    asking.end(JSON.stringify({ driver: 'redis', url: `redis://127.0.0.1:${hole.port}` }))
    await expect.poll(() => hole.open()).toBe(1)
    asking.destroy()
    // Long before the test would have ended by itself.
    await expect.poll(() => hole.open(), { timeout: 3000 }).toBe(0)
  })

  it('answers a client that has closed only its half, and says so', async () => {
    const hole = await startBlackHole()
    onTestFinished(() => hole.dispose())
    const body = JSON.stringify({ driver: 'redis', url: `redis://127.0.0.1:${hole.port}` })
    const client = connect({ port: larder.port, host: '127.0.0.1', allowHalfOpen: true })
    const head = `Host: localhost:${larder.port}\r\nApi-Key: ${ownerKey}\r\nContent-Type: application/json`
    client.write(`POST /admin/connections/x/test HTTP/1.1\r\n${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await expect.poll(() => hole.open()).toBe(1)
    client.end()
    expect(String(Buffer.concat(await client.toArray() as Buffer[]))).toContain('"message":"The test was called off."')
  })
})

describe('what leads to a link-local address', () => {
  it.each([
    'redis://169.254.169.254',
    'redis://[fe80::1]',
    'redis://[fd00:ec2::254]',
    'rediss://[::ffff:a9fe:a9fe]',
    'mongodb://169.254.169.254:80',
    'mongodb://localhost,[fe80::1]:80',
    'mongodb+srv://169.254.169.254',
  ])('%s is not saved', async (url) => {
    const body = JSON.stringify({ name: 'cloud', driver: url.startsWith('mongodb') ? 'mongodb' : 'redis', url })
    const answer = await larder.send('POST', '/admin/connections', { headers: asJson, body })
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'invalid-input',
      errors: [{ field: 'url', message: expect.stringContaining('link-local') }],
    })
  })
})

describe('secrets of connections', () => {
  const canary = 'canary/pw+8J4k=%'
  const encodings = (['base64', 'hex'] as const).map(encoding => Buffer.from(canary).toString(encoding))
  const spellings = [canary, encodeURIComponent(canary), ...encodings]
  const holding = (text: string | Buffer): boolean => spellings.some(spelling => text.includes(spelling))

  // S8, S12, S22. Red, each: in src/main/admin/connections.ts describe a secret by its value; in
  // src/main/upstreams/redis/answers.ts pass on the text of the server.
  it('are in no answer, event, metric, log or file, but in the vault', async () => {
    // Like a server that does not know AUTH: it quotes what it was sent.
    const parrot = await startBlackHole(heard => `-ERR unknown command 'AUTH', with args beginning with: '${heard.toString().replaceAll(/[\r\n]+/g, ' ')}'\r\n`)
    onTestFinished(() => parrot.dispose())
    const url = `redis://127.0.0.1:${parrot.port}`
    const withSecret = url.replace('//', `//ada:${encodeURIComponent(canary)}@`)
    const own = await startLarder({
      connections: [{
        name: 'given',
        variable: 'LARDER_CONNECTION_GIVEN',
        driver: 'redis',
        values: { url },
        secrets: { password: canary },
      }],
    })
    onTestFinished(() => own.dispose())
    const events: string[] = []
    own.hub.subscribe(event => events.push(JSON.stringify(event)))
    const texts: string[] = []
    async function ask(method: string, path: string, body?: object): Promise<void> {
      const answer = await own.send(method, path, { headers: asJson, ...body && { body: JSON.stringify(body) } })
      texts.push(answer.text, JSON.stringify(answer.headers))
    }
    await ask('POST', '/admin/connections', { name: 'main', driver: 'redis', url: withSecret })
    await ask('POST', '/admin/connections', { name: 'main', driver: 'redis', url: withSecret })
    await ask('POST', '/admin/connections', { name: 'b', driver: 'redis', url: withSecret, password: canary })
    await ask('POST', '/admin/connections', { name: 'b', driver: 'redis', url: `redis://:${canary}@` })
    await ask('POST', '/admin/connections', { name: 'b', driver: 'redis', url, password: [canary] })
    await ask('POST', '/admin/connections', { name: 'b', driver: canary, url })
    await ask('POST', '/admin/connections/main/test')
    await ask('POST', '/admin/connections/given/test')
    await ask('POST', '/admin/connections/new/test', { driver: 'redis', url: withSecret })
    await ask('PATCH', '/admin/connections/main', { password: `${canary}2` })
    await ask('PATCH', '/admin/connections/main', { url: 'redis://elsewhere.test' })
    await ask('PATCH', '/admin/connections/given', { password: canary })
    await ask('POST', '/admin/caches', { name: 'sourced', ttl: 60, source: { connection: 'main' } })
    await ask('PUT', '/api/caches/sourced/entries/held', { a: 1 })
    await ask('GET', '/api/caches/sourced/entries/a')
    await ask('GET', '/admin/caches/sourced')
    const { id } = await manage<{ id: string }>(own, 'POST', '/admin/jobs', { kind: 'export', cache: 'sourced' })
    await expect.poll(async () => (await manage(own, 'GET', `/admin/jobs/${id}`)).state).toBe('done')
    await ask('GET', `/admin/jobs/${id}/file`)
    for (const path of ['connections', 'connections/main', 'settings', 'requests?limit=1000'])
      await ask('GET', `/admin/${path}`)
    for (const path of ['/metrics', '/readyz', '/openapi.json'])
      await ask('GET', path)
    expect(texts.join('\n')).toContain('The server does not know the command.')
    expect(texts.filter(holding)).toEqual([])
    expect(events.length).toBeGreaterThan(1)
    expect(events.filter(holding)).toEqual([])
    const files = (): string[] => readdirSync(own.home, { recursive: true, withFileTypes: true })
      .filter(file => file.isFile())
      .map(file => join(file.parentPath, file.name))
      .filter(path => holding(readFileSync(path)))
      .map(path => path.slice(own.home.length + 1))
    expect(files()).toEqual(['secrets.json'])
    expect(readFileSync(join(own.home, 'secrets.json'), 'utf8').split(canary)).toHaveLength(2)
    await ask('DELETE', '/admin/caches/sourced')
    await ask('DELETE', '/admin/connections/main')
    expect(files()).toEqual([])
  })

  // S22. Red: in src/main/admin/connections.ts drop the comparison of `placeOf`.
  it('are not sent to another place than they were saved for', async () => {
    const thief = await startBlackHole(() => '+OK\r\n')
    onTestFinished(() => thief.dispose())
    await manage(larder, 'POST', '/admin/connections', { name: 'safe', driver: 'redis', url: 'redis://:pw@127.0.0.1:1' })
    onTestFinished(() => void larder.send('DELETE', '/admin/connections/safe'))
    const url = `redis://127.0.0.1:${thief.port}`
    for (const [method, path, body] of [
      ['POST', '/admin/connections/safe/test', { url }],
      ['POST', '/admin/connections/safe/test', { driver: 'redis', url }],
      ['PATCH', '/admin/connections/safe', { url }],
    ] as const) {
      const answer = await larder.send(method, path, { headers: asJson, body: JSON.stringify(body) })
      expect(answer.json()).toMatchObject({ status: 400, errors: [{ field: 'password' }] })
    }
    expect(thief.total()).toBe(0)
  })
})

// Red: in src/main/larder.ts wait for the first link before the server starts.
it('a connection that is down keeps nobody waiting: Larder starts, and says so', async () => {
  const own = await startLarder({
    connections: [{ name: 'gone', variable: 'LARDER_CONNECTION_GONE', driver: 'redis', values: { url: 'redis://gone.invalid:6379' }, secrets: {} }],
  })
  onTestFinished(() => own.dispose())
  expect((await own.send('GET', '/readyz')).json()).toMatchObject({ status: 'ready', connections: { gone: 'idle' } })
  expect(await manage(own, 'GET', '/admin/connections')).toMatchObject([{ from: 'environment', state: 'idle' }])
})
