import type { Answer } from '../../helpers/http-client'
import type { MeddlingProxy } from '../../helpers/meddling-proxy'
import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { startBlackHole } from '../../helpers/black-hole'
import { createManualTimer } from '../../helpers/manual-timer'
import { startMeddlingProxy } from '../../helpers/meddling-proxy'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { asJson, manage } from '../security/support'

const held = '/api/caches/products/entries/held'
const faces: [string, string][] = [
  ['native', '/api/caches/products/entries/10001'],
  ['classic', '/api/get-cache?cache=products&key=10001'],
  ['text', '/v1/10001'],
]

/** A Larder whose time stands still, with caches over a source at this address. */
async function startOver(url: string) {
  const clock = createManualClock()
  const timer = createManualTimer()
  const larder = await startLarder({}, clock, undefined, timer)
  onTestFinished(larder.dispose)
  await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url })
  const source = { connection: 'main', format: 'application/json', jitter: 0 }
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 300, source })
  await manage(larder, 'PATCH', '/admin/caches/default', { source })
  await larder.send('PUT', held, { body: 'held' })
  return { larder, clock, timer }
}

/** Sends 1,000 reads, and waits until all of them wait for the source. Hits go on meanwhile. */
async function readByMany({ port, send }: TestLarder, path: string): Promise<{ answers: Promise<Answer[]> }> {
  let arrived = 0
  const count = (message: unknown): void => {
    const { server, request } = message as { server: { address: () => { port: number } }, request: { url: string } }
    arrived += Number(server.address().port === port && request.url === path)
  }
  subscribe('http.server.request.start', count)
  onTestFinished(() => void unsubscribe('http.server.request.start', count))
  const answers = Promise.all(Array.from({ length: 1000 }, () => send('GET', path)))
  await expect.poll(() => arrived).toBe(1000)
  expect((await send('GET', held)).text).toBe('held')
  return { answers }
}

function toldBy(answers: readonly Answer[]): Set<string> {
  return new Set(answers.map(({ status, text }) =>
    `${status} ${/[^"]*source main[^"]*/.exec(text)?.[0].trim()}`))
}

describe.skipIf(!redisProgram.available)(`a source that fails ${redisProgram.reason}`, () => {
  let redis: RedisServer
  let proxy: MeddlingProxy
  beforeAll(async () => {
    redis = await startRedis()
    proxy = await startMeddlingProxy(redis.port)
  })
  afterAll(async () => {
    await proxy.dispose()
    await redis.dispose()
  })

  async function start() {
    proxy.manner = 'passes'
    const parts = await startOver(`redis://127.0.0.1:${proxy.port}`)
    // The connection is open from here on.
    expect((await parts.larder.send('GET', '/v1/absent')).status).toBe(404)
    await redis.command('CONFIG', 'RESETSTAT')
    return parts
  }
  const loads = async (): Promise<string | undefined> =>
    /cmdstat_get:calls=(\d+)/.exec(String(await redis.command('INFO', 'commandstats')))?.[1]

  // R13. Red: in src/main/serving/elsewhere/turns.ts let `load` begin one for each caller.
  it.each(faces)('and is reset ends 1,000 misses over the %s face alike, after one call', async (_, path) => {
    const { larder } = await start()
    proxy.manner = 'holds'
    const { answers } = await readByMany(larder, path)
    await expect.poll(proxy.held).toBeGreaterThan(0)
    proxy.manner = 'resets'
    proxy.release()
    expect(toldBy(await answers)).toEqual(new Set([
      '502 The source main failed: The server broke the connection off.',
    ]))
    expect(await loads()).toBe('1')
    expect((await larder.send('GET', held)).text).toBe('held')
    await larder.stop()
    await expect.poll(proxy.open).toBe(0)
  })

  // Red: in src/main/serving/elsewhere/upstream.ts leave `alarm` out.
  it.each(faces)('and is too slow ends 1,000 misses over the %s face at their deadline', async (_, path) => {
    const { larder, timer } = await start()
    proxy.manner = 'holds'
    const { answers } = await readByMany(larder, path)
    timer.advance(4999)
    expect((await larder.send('GET', held)).text).toBe('held')
    timer.advance(1)
    expect(toldBy(await answers)).toEqual(new Set(['504 The source main did not answer within 5 s.']))
    expect(await loads()).toBe('1')
    // The connection that hangs goes, and the next one works.
    await expect.poll(proxy.open).toBe(0)
    proxy.manner = 'passes'
    proxy.release()
    await expect.poll(async () => (await larder.send('GET', path)).status).toBe(404)
  })

  // Red: in src/main/serving/sources/keeping.ts give `ttlOf` another TTL than the cache's.
  it('that works is followed after 300 s of the clock', async () => {
    const { larder, clock } = await start()
    const [[, path]] = faces as [[string, string]]
    const read = async (): Promise<string> => (await larder.send('GET', path)).text
    await redis.command('SET', '10001', '{"price":1}')
    expect(await read()).toBe('{"price":1}')
    await redis.command('SET', '10001', '{"price":2}')
    clock.advance(299_999)
    expect(await read()).toBe('{"price":1}')
    clock.advance(1)
    expect(await read()).toBe('{"price":2}')
  })

  // Red: in src/main/http/pipeline.ts leave `cacheControl` null.
  it.each(faces)('that works is asked as the reader wants, over the %s face', async (_, path) => {
    const { larder } = await start()
    const read = async (wish?: string): Promise<Answer> =>
      larder.send('GET', path, wish === undefined ? {} : { headers: { 'Cache-Control': wish } })
    await redis.command('SET', '10001', '{"price":1}')
    expect((await read('only-if-cached')).status).toBe(504)
    expect((await read()).text).toBe('{"price":1}')
    await redis.command('SET', '10001', '{"price":2}')
    for (const wish of [undefined, 'max-age=60', 'only-if-cached', 'max-stale'])
      expect([wish, (await read(wish)).text]).toEqual([wish, '{"price":1}'])
    expect((await read('no-cache')).text).toBe('{"price":2}')
    await redis.command('DEL', '10001')
  })
})

// R13. Red: in src/main/upstreams/dial.ts leave `signal` out of `once`.
it('a source that is a black hole: hits go on, deadlines hold, and no socket stays', async () => {
  const hole = await startBlackHole()
  onTestFinished(() => hole.dispose())
  const { larder, timer } = await startOver(`redis://127.0.0.1:${hole.port}`)
  const { answers } = await readByMany(larder, '/v1/10001')
  timer.advance(5000)
  const [told, ...others] = toldBy(await answers)
  // On a slow machine the opening of the connection has its own end first.
  expect(['504 The source main did not answer within 5 s.', '502 The source main cannot be reached.']).toContain(told)
  expect(others).toEqual([])
  await larder.stop()
  await expect.poll(hole.open).toBe(0)
})

// S22. Red: in src/shared/operations/ give `connections.test` the reach own; in
// src/main/admin/caches.ts leave out `checkServerSettings`.
it('who is no administrator makes Larder open no address', async () => {
  const hole = await startBlackHole()
  onTestFinished(() => hole.dispose())
  const { larder } = await startOver(`redis://127.0.0.1:${hole.port}`)
  const password = 'correct horse battery'
  await manage(larder, 'POST', '/admin/users', { name: 'ben', password })
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { name: 'ben', password })
  const ask = async (method: string, path: string, body?: object): Promise<number> => (await larder.send(method, path, {
    headers: { Authorization: `Bearer ${token}`, ...asJson },
    ...body && { body: JSON.stringify(body) },
  })).status
  expect(await ask('POST', '/admin/caches', { name: 'own', ttl: 60 })).toBe(201)
  const place = { driver: 'redis', url: `redis://127.0.0.1:${hole.port}` }
  const backend = { connection: 'main', prefix: 'ben:' }
  // A connection that is not offered is, for them, none that there is.
  for (const [status, method, path, body] of [
    [403, 'POST', '/admin/connections', { name: 'mine', ...place }],
    [403, 'PATCH', '/admin/connections/main', place],
    [403, 'POST', '/admin/connections/main/test', {}],
    [403, 'POST', '/admin/connections/new/test', place],
    [403, 'GET', '/admin/connections/main', undefined],
    [404, 'POST', '/admin/caches', { name: 'b', ttl: 60, source: { connection: 'main' } }],
    [404, 'PATCH', '/admin/caches/own', { source: { connection: 'main' } }],
    [404, 'POST', '/admin/caches', { name: 'b', ttl: 60, backend }],
    [404, 'PATCH', '/admin/caches/own', { backend }],
    [404, 'POST', '/admin/caches/own/preview', { source: { connection: 'main' } }],
  ] as const)
    expect([method, path, await ask(method, path, body)]).toEqual([method, path, status])
  expect(await ask('GET', '/api/caches/own/entries/a')).toBe(404)
  expect(hole.total()).toBe(0)
})
