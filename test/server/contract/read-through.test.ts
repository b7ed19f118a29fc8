import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'
import { json } from './cases'

// Red: in src/main/serving/caches.ts leave `schedule.follow(held)` out of `open` or `configure`.
it('a cache follows its source by a schedule, also after a restart', async () => {
  const folder = temporaryFolder()
  const change = (text: string): void => writeFileSync(join(folder, 'a'), text)
  let larder = await startLarder()
  const held = async (): Promise<string> => (await larder.send('GET', '/api/caches/values/entries/a')).text
  await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'file', folder })
  const source = { connection: 'main', refresh: null }
  await manage(larder, 'POST', '/admin/caches', { name: 'values', ttl: null, persistent: true, source })
  change('one')
  expect(await held()).toBe('one')
  change('two')
  await manage(larder, 'PATCH', '/admin/caches/values', { source: { ...source, refresh: { every: '1s' } } })
  await expect.poll(held).toBe('two')
  larder = await larder.restart()
  change('three')
  await expect.poll(held).toBe('three')
  expect(await manage(larder, 'GET', '/admin/jobs'))
    .toMatchObject([expect.objectContaining({ kind: 'refresh', cache: 'values', scheduled: true })])
  await larder.dispose()
})

/** The product cache: values that another program keeps in Redis, used through Larder. */
describe.skipIf(!redisProgram.available)('the product cache over Redis', () => {
  let redis: RedisServer
  let larder: TestLarder
  beforeAll(async () => {
    redis = await startRedis()
    larder = await startLarder()
    await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url: redis.url })
    const source = { connection: 'main', key: 'product:{key}', mode: 'write-through', format: 'application/json' }
    await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 300, source })
    await manage(larder, 'PATCH', '/admin/caches/default', { source: { connection: 'main', key: 'text:{key}' } })
  })
  beforeEach(async () => {
    await redis.command('FLUSHALL')
    await manage(larder, 'POST', '/admin/caches/products/flush', {})
    await manage(larder, 'POST', '/admin/caches/default/flush', {})
    await redis.command('CONFIG', 'RESETSTAT')
  })
  afterAll(async () => {
    await larder.dispose()
    await redis.dispose()
  })

  const entry = '/api/caches/products/entries/10001'
  async function calls(command: string): Promise<number> {
    const text = String(await redis.command('INFO', 'commandstats'))
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(text)?.[1] ?? 0)
  }

  // Red: in src/main/serving/elsewhere/turns.ts let `load` begin one for each caller.
  it.each([
    ['native', entry, 'product:10001'],
    ['classic', '/api/get-cache?cache=products&key=10001', 'product:10001'],
    ['text', '/v1/10001', 'text:10001'],
  ])('1,000 misses at once over the %s face are one call of Redis', async (_, path, key) => {
    await redis.command('SET', key, '{"id":"10001"}')
    const answers = await Promise.all(Array.from({ length: 1000 }, () => larder.send('GET', path)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {"id":"10001"}']))
    expect(await calls('get')).toBe(1)
  })

  it('reads what another program wrote, and follows it by a refresh', async () => {
    await redis.command('SET', 'product:10001', '{"price":1}')
    const miss = await larder.send('GET', entry)
    expect([miss.text, miss.headers['content-type']]).toEqual(['{"price":1}', 'application/json'])
    expect(Number(miss.headers['larder-ttl'])).toBeGreaterThan(260)
    await redis.command('SET', 'product:10001', '{"price":2}')
    await redis.command('SET', 'product:10002', '{"price":3}')
    expect((await larder.send('GET', entry)).text).toBe('{"price":1}')
    const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/caches/products/refresh', { what: 'source' })
    await expect.poll(() => manage(larder, 'GET', `/admin/jobs/${id}`)).toMatchObject({ state: 'done', matched: 2, target: 'all keys of the source' })
    expect((await larder.send('GET', entry)).text).toBe('{"price":2}')
    expect((await larder.send('GET', '/api/caches/products/entries/10002')).headers['cache-status']).toMatch(/; hit/)
    await redis.command('DEL', 'product:10002')
    const { id: again } = await manage<{ id: string }>(larder, 'POST', '/admin/caches/products/refresh', {})
    await expect.poll(() => manage(larder, 'GET', `/admin/jobs/${again}`)).toMatchObject({ state: 'done', gone: 1 })
  })

  it('creates, updates and deletes at Redis; creating what Redis has is refused', async () => {
    const created = { cacheName: 'products', data: { id: '10001', price: 1 } }
    expect((await larder.send('POST', '/api/set-cache', json(created))).status).toBe(200)
    expect(String(await redis.command('GET', 'product:10001'))).toBe('{"id":"10001","price":1}')
    expect(Number(await redis.command('TTL', 'product:10001'))).toBe(-1)
    await redis.command('SET', 'product:10002', '{"id":"10002"}')
    expect((await larder.send('POST', '/api/set-cache', json({ cacheName: 'products', data: { id: '10002' } }))).status)
      .toBe(400)
    const patch = { body: '{"price":5}', headers: { 'Content-Type': 'application/merge-patch+json' } }
    expect((await larder.send('PATCH', entry, patch)).status).toBe(204)
    expect(String(await redis.command('GET', 'product:10001'))).toBe('{"id":"10001","price":5}')
    expect((await larder.send('DELETE', entry)).status).toBe(204)
    expect(await redis.command('EXISTS', 'product:10001')).toBe(0)
    expect((await larder.send('GET', entry)).status).toBe(404)
  })

  it('takes keys of any bytes to Redis as one command', async () => {
    const path = '/api/caches/products/entries/a%0D%0ASET%20b%20c%00%FF'
    expect((await larder.send('PUT', path, { body: 'x' })).status).toBe(201)
    expect(await redis.command('DBSIZE')).toBe(1)
    expect(await calls('set')).toBe(1)
  })

  it('answers 502 while Redis is away, and serves again when it is back', async () => {
    await redis.kill()
    const answer = await larder.send('GET', entry)
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'source-failed'])
    await redis.restart()
    await redis.command('SET', 'product:10001', '{"back":true}')
    await expect.poll(async () => (await larder.send('GET', entry)).text).toBe('{"back":true}')
  })
})
