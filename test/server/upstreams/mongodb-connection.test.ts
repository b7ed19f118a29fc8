import type { MongodbServer } from '../../helpers/mongodb-server'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Int32, Long } from 'bson'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { lineTimes } from '../../../src/main/upstreams/line'
import { aValue, neverAborts } from '../../contract/sources'
import { startBlackHole } from '../../helpers/black-hole'
import { temporaryFolder } from '../../helpers/folder'
import { startMongodb } from '../../helpers/mongodb-server'
import { poolFor, serverForTest, sourceFor, tryOut } from '../../helpers/mongodb/pool'
import { requireProgram } from '../../helpers/programs'

const openssl = requireProgram('openssl', 'openssl')
const once = { ...lineTimes, first: 60_000, longest: 60_000 }

describe('a test, step by step', () => {
  const passwords = new Map([['ada', 'p=ß,w'], ['a,b=c', 'pw'], ['o\u00ADdd\u00A0ﬁ', 'o dd']])
  let server: MongodbServer
  beforeAll(async () => {
    server = await startMongodb({ passwords })
  })
  afterAll(() => server.dispose())

  it('goes well, says what answers, and leaves nothing behind', async () => {
    const good = { ok: true, ms: expect.any(Number) as number, server: 'MongoDB 8.0.4' }
    const urls = ['ada:p%3D%C3%9F%2Cw@', 'a%2Cb%3Dc:pw@'].map(user => server.url.replace('//', `//${user}`))
    for (const url of urls)
      expect(await tryOut({ url })).toMatchObject(good)
    const url = `${server.url}/?directConnection=true&retryWrites=true&w=1`
    expect(await tryOut({ url, user: 'ada', password: 'p=ß,w' })).toMatchObject(good)
    expect(await tryOut({ url, user: 'o\u00ADdd\u00A0ﬁ', password: 'o\u00AD\u00A0d\uFEFFd' })).toMatchObject(good)
    const [written, removed] = server.commands.slice(-2)
    expect(written).toMatchObject({ findAndModify: 'cache', $db: 'larder', writeConcern: { w: new Int32(1) } })
    expect(removed).toMatchObject({ remove: true, query: written?.query as unknown })
    await expect.poll(() => server.open()).toBe(0)
  })

  it.each<[string, Record<string, string>, string, string]>([
    ['resolve', { url: 'mongodb://no-such-host.invalid' }, 'resolve', 'The name no-such-host.invalid cannot be found'],
    ['link-local', { url: 'mongodb://169.254.169.254' }, 'resolve', '169.254.169.254 is a link-local address'],
    ['nothing there', { url: 'mongodb://127.0.0.1:1' }, 'connect', 'Nothing listens at 127.0.0.1:1.'],
    ['no user', {}, 'read', 'The server wants a user and a password.'],
    ['no user but a password', { password: 'x' }, 'authenticate', 'The password needs a user.'],
    ['a wrong password', { user: 'ada', password: 'canary' }, 'authenticate', 'The server refuses this user'],
    ['a wrong user', { user: 'eve', password: 'canary' }, 'authenticate', 'The server refuses this user or password.'],
    ['another set', { url: '?replicaSet=rs' }, 'authenticate', 'The server does not belong to the replica set that'],
  ])('says at which step it failed: %s', async (_, fields, step, message) => {
    const url = fields.url?.startsWith('mongodb') ? fields.url : `${server.url}/${fields.url ?? ''}`
    const says = expect.stringContaining(message) as string
    expect(await tryOut({ ...fields, url })).toMatchObject({ ok: false, step, message: says })
  })

  it('says that there is no TLS', async () => {
    expect(await tryOut({ url: `${server.url}/?tls=true` })).toMatchObject({
      ok: false,
      step: 'secure',
      message: '127.0.0.1 does not speak TLS there. Without TLS the URL begins with mongodb:// and has no tls=true.',
    })
  })

  // Red: in src/main/upstreams/mongodb/sign-in.ts do not look at `proven`.
  it('does not take a server that does not know the password', async () => {
    const liar = await serverForTest({ passwords, lies: true })
    expect(await tryOut({ url: liar.url, user: 'ada', password: 'p=ß,w' })).toMatchObject({
      ok: false,
      step: 'authenticate',
      message: 'The server does not prove that it knows the password.',
    })
    expect(liar.commands).toEqual([])
  })

  it.each([
    ['another nonce', 'r=AAAA,s=AAAA,i=4096'],
    ['too few rounds', 'r=NONCE1,s=AAAA,i=1'],
    ['rounds for hours', 'r=NONCE1,s=AAAA,i=999999999'],
    ['nothing', ''],
  ])('does not sign in where the server offers %s', async (_, offer) => {
    const strange = await serverForTest({ passwords })
    let asked = 0
    strange.intercept('saslContinue', () => {
      asked += 1
      return { ok: 1 }
    })
    strange.intercept('saslStart', () => ({ payload: offer, conversationId: 1 }))
    expect(await tryOut({ url: strange.url, user: 'ada', password: 'x' })).toMatchObject({ step: 'authenticate' })
    expect(asked).toBe(0)
  })

  it.each([
    [{ code: 334, codeName: 'MechanismUnavailable' }, 'The server does not sign in by SCRAM-SHA-256.'],
    [{ code: 4242, codeName: 'Odd' }, 'The server answers with the error Odd.'],
    [{ code: 4242, codeName: 'canary canary' }, 'The server answers with an error.'],
  ])('passes on nothing that the server says: %j', async (error, message) => {
    const odd = await serverForTest({ passwords })
    odd.intercept('saslStart', () => ({ ok: 0, errmsg: 'canary', ...error }))
    const outcome = { ok: false, step: 'authenticate', message }
    expect(await tryOut({ url: odd.url, user: 'ada', password: 'x' })).toMatchObject(outcome)
  })

  it.skipIf(!openssl.available)(`knows a certificate by its CA, and by its name ${openssl.reason}`, async () => {
    const folder = temporaryFolder()
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ], { stdio: 'ignore' })
    const ca = readFileSync(cert, 'utf8')
    const secure = await serverForTest({ tls: { key: readFileSync(key), cert: ca } })
    const url = `mongodb://localhost:${secure.port}/?tls=true`
    expect(await tryOut({ url })).toMatchObject({
      step: 'secure',
      message: 'This system does not know who signed the certificate of localhost. Give its CA.',
    })
    expect(await tryOut({ url, ca })).toMatchObject({ ok: true })
    expect(await tryOut({ url: url.replace('localhost', '127.0.0.1'), ca })).toMatchObject({ step: 'secure' })
  })
})

describe('a server', () => {
  it('that answers with something else is told from MongoDB', async () => {
    const server = await serverForTest()
    const source = sourceFor({ url: server.url })
    for (const cursor of [undefined, {}, { id: 0, firstBatch: [] }, { id: Long.ZERO, firstBatch: 'x' }]) {
      server.intercept('find', () => ({ cursor }))
      await expect(source.load('a', neverAborts)).rejects.toMatchObject({
        failure: 'refused',
        message: 'What answers there is not MongoDB.',
      })
    }
  })

  it('that is killed and starts again is found again', async () => {
    const server = await serverForTest()
    const pool = poolFor({ url: server.url })
    const source = pool.sourceOf('main', { format: 'a/b' })
    await source?.writes?.set('a', aValue('x'), neverAborts)
    server.intercept('find', () => undefined)
    const call = source?.load('a', neverAborts)
    await expect.poll(() => server.commands.at(-1)).toHaveProperty('find')
    await server.kill()
    await expect(call).rejects.toMatchObject({ failure: 'lost' })
    await expect.poll(() => pool.condition('main').state).toBe('down')
    await server.restart()
    await expect.poll(() => pool.condition('main').state).toBe('ok')
    expect(await source?.load('a', neverAborts)).toBeUndefined()
  })

  it('that does not answer loses its connection', async () => {
    const server = await serverForTest()
    const pool = poolFor({ url: server.url }, once)
    const source = pool.sourceOf('main', { format: 'a/b' })
    await source?.load('a', neverAborts)
    server.intercept('find', () => undefined)
    const leaving = new AbortController()
    const before = server.commands.length
    const call = source?.load('a', leaving.signal)
    await expect.poll(() => server.commands.length).toBe(before + 1)
    leaving.abort()
    await expect(call).rejects.toMatchObject({ failure: 'lost' })
    await expect.poll(() => server.open()).toBe(0)
    expect(pool.condition('main')).toMatchObject({ state: 'down', detail: 'The server does not answer any more.' })
  })

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a short message', '\x05\0\0\0\0'],
    ['another operation', `\x1A\0\0\0${'\0'.repeat(22)}`],
  ])('that speaks %s is told from MongoDB', async (_, answer) => {
    const hole = await startBlackHole(() => answer)
    onTestFinished(() => hole.dispose())
    const pool = poolFor({ url: `mongodb://127.0.0.1:${hole.port}` }, once)
    await pool.sourceOf('main', { format: 'a/b' })?.load('a', neverAborts).catch(() => {})
    await expect.poll(() => pool.condition('main').state).toBe('down')
    expect(pool.condition('main').detail).toBe('What answers there does not speak the protocol of MongoDB.')
    await expect.poll(() => hole.open()).toBe(0)
  })
})
