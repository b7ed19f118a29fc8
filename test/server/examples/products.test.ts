import type { ChildProcess } from 'node:child_process'
import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

const app = join(import.meta.dirname, '../../../examples/products/app.mjs')

/** The steps of examples/products/README.md, against the service that it starts. */
describe.skipIf(!redisProgram.available)('examples/products', () => {
  let redis: RedisServer
  let larder: TestLarder
  let service: ChildProcess
  let url = ''
  beforeAll(async () => {
    redis = await startRedis()
    larder = await startLarder()
    await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url: redis.url })
    const source = { connection: 'main', key: 'product:{key}', mode: 'write-through', format: 'application/json' }
    await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 300, source })
    service = spawn(process.execPath, [app], {
      env: { LARDER_URL: larder.url, LARDER_API_KEY: ownerKey, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(service.stdout ?? expect.unreachable(), 'data') as [Buffer]
    url = /http:\S+/.exec(line.toString())?.[0] ?? ''
  })
  afterAll(async () => {
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
    await larder.dispose()
    await redis.dispose()
  })

  interface Seen { status: number, from: string, text: string }
  const having = (part: string): string => expect.stringContaining(part) as string
  async function call(method: string, path = '', product?: object): Promise<Seen> {
    const answer = await fetch(url + path, { method, body: product === undefined ? null : JSON.stringify(product) })
    return { status: answer.status, from: answer.headers.get('Cache-Status') ?? '', text: await answer.text() }
  }
  const inRedis = async (): Promise<string> => String(await redis.command('GET', 'product:sandal'))

  // Red: in examples/products/app.mjs let `decodeId` or the reading of JSON throw.
  it('says what is wrong with a product or an id, and goes on', async () => {
    await redis.command('SET', 'product:bad', 'no json')
    expect((await call('GET', '/bad')).status).toBe(502)
    expect((await call('GET', '/100%')).status).toBe(404)
    expect((await call('GET', '/%E0')).status).toBe(404)
    expect((await call('POST', '', { id: '..' })).status).toBe(400)
    expect((await call('GET', '/none')).status).toBe(404)
  })

  // Red: in examples/products/app.mjs leave out `If-None-Match`, or let `unavailable` throw.
  it('reads, creates, changes and deletes through the cache, and copes without it', async () => {
    await redis.command('SET', 'product:sandal', '{"id":"sandal","price":20}')
    expect(await call('GET', '/sandal')).toMatchObject({ status: 200, from: having('fwd=miss') })
    expect(await call('GET', '/sandal')).toMatchObject({
      status: 200,
      from: having('Larder; hit'),
      text: '{"id":"sandal","price":20}',
    })
    expect((await call('POST', '', { id: 'sandal', price: 1 })).status).toBe(400)
    expect((await call('POST', '', { id: 'boot', price: 1 })).status).toBe(201)
    expect((await call('PUT', '/sandal', { price: 25 })).status).toBe(204)
    expect(await inRedis()).toBe('{"price":25,"id":"sandal"}')
    expect((await call('DELETE', '/boot')).status).toBe(204)
    expect(await redis.command('EXISTS', 'product:boot')).toBe(0)
    expect((await call('GET', '/boot')).status).toBe(404)

    await manage(larder, 'PUT', '/admin/switch', { enabled: false })
    expect(await call('GET', '/sandal')).toMatchObject({ status: 503, text: having('cannot be reached') })
    await manage(larder, 'PUT', '/admin/switch', { enabled: true })
    await redis.kill()
    expect((await call('GET', '/sandal')).status).toBe(200)
    expect((await call('PUT', '/sandal', { price: 30 })).status).toBe(503)
  })

  it.each([
    ['GET', '', undefined, 404],
    ['GET', '/a/b', undefined, 404],
    ['POST', '/sandal', {}, 404],
    ['POST', '', { id: 7 }, 400],
  ] as const)('%s %s with %s is a %i', async (method, path, product, status) => {
    expect((await call(method, path, product)).status).toBe(status)
  })
})
