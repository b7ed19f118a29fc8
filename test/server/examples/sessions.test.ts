import type { ChildProcess } from 'node:child_process'
import type { DynamodbServer } from '../../helpers/dynamodb-server'
import type { TestLarder } from '../../helpers/start-larder'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDynamodb } from '../../helpers/dynamodb-server'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

const app = join(import.meta.dirname, '../../../examples/sessions/app.mjs')

/** The steps of examples/sessions/README.md, against the app that it starts. */
describe('examples/sessions', () => {
  let table: DynamodbServer
  let larder: TestLarder
  let service: ChildProcess
  let url = ''
  async function start(): Promise<void> {
    service = spawn(process.execPath, [app], {
      env: { LARDER_URL: larder.url, LARDER_API_KEY: ownerKey, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(service.stdout ?? expect.unreachable(), 'data') as [Buffer]
    url = new URL('/', /http:\S+/.exec(line.toString())?.[0]).href
  }
  async function stop(): Promise<void> {
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  }
  beforeAll(async () => {
    table = await startDynamodb()
    await table.createTable('sessions', 'S')
    larder = await startLarder()
    const connection = { name: 'table', driver: 'dynamodb', endpoint: table.endpoint, table: 'sessions' }
    await manage(larder, 'POST', '/admin/connections', connection)
    const backend = { connection: 'table', prefix: 'web:', near: { ttl: 10 } }
    await manage(larder, 'POST', '/admin/caches', { name: 'sessions', ttl: 1800, backend })
    await start()
  })
  afterAll(async () => {
    await stop()
    await larder.dispose()
    await table.dispose()
  })

  async function call(method: string, path: string, cookie = '', body: string | null = null) {
    const answer = await fetch(url + path, { method, body, headers: { cookie } })
    const [set = ''] = answer.headers.getSetCookie()
    return { status: answer.status, cookie: set.split(';')[0] ?? '', text: await answer.text() }
  }

  // Red: in examples/sessions/app.mjs answer 401 where the cache is away.
  it('keeps who is logged in over a restart of Larder, and while the cache is off', async () => {
    expect((await call('GET', 'me')).status).toBe(401)
    const { cookie, text } = await call('POST', 'login', '', 'ada')
    expect(text).toBe('Hello ada.\n')
    expect((await call('GET', 'me', cookie)).text).toMatch(/^ada since /)
    await manage(larder, 'PUT', '/admin/switch', { enabled: false })
    expect((await call('GET', 'me', cookie)).status).toBe(503)
    await manage(larder, 'PUT', '/admin/switch', { enabled: true })
    await stop()
    larder = await larder.restart()
    await start()
    expect((await call('GET', 'me', cookie)).text).toMatch(/^ada since /)
    expect((await call('POST', 'logout', cookie)).cookie).toBe('session=')
    expect((await call('GET', 'me', cookie)).status).toBe(401)
    expect(await table.call('Scan', { TableName: 'sessions' })).toMatchObject({ Count: 0 })
  })

  it.each([
    ['POST', 'login', 400],
    ['GET', 'login', 404],
    ['GET', 'other', 404],
  ])('%s %s is a %i', async (method, path, status) => {
    expect((await call(method, path)).status).toBe(status)
  })
})
