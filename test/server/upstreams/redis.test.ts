import type { LineTimes } from '../../../src/main/upstreams/line'
import type { BackendRig } from '../../contract/backends'
import type { SourceRig } from '../../contract/sources'
import type { RedisServer } from '../../helpers/redis-server'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { encodeKey } from '../../../src/shared/entry-key'
import { describeBackend } from '../../contract/backends'
import { aValue, describeSource, neverAborts, oddKeys } from '../../contract/sources'
import { startBlackHole } from '../../helpers/black-hole'
import { startMeddlingProxy } from '../../helpers/meddling-proxy'
import { poolFor, quickLine as quick } from '../../helpers/redis-pool'
import { redisProgram, startRedis } from '../../helpers/redis-server'

function sourceFor(url: string, times?: LineTimes) {
  const source = poolFor(url, times).sourceOf('main', { format: 'text/plain' })
  if (!source?.writes?.replace || !source.keys)
    throw new Error('There should be a whole source')
  return { load: source.load, keys: source.keys, writes: { ...source.writes, replace: source.writes.replace } }
}

describe.skipIf(!redisProgram.available)(`redis ${redisProgram.reason}`, () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.dispose())

  function besides(): Omit<SourceRig, 'source'> {
    return {
      async peek(key) {
        const reply = await redis.command('GET', encodeKey(key))
        return Buffer.isBuffer(reply) ? reply : undefined
      },
      place: async (key, value, ttl) =>
        void await redis.command('SET', encodeKey(key), value, ...ttl === undefined ? [] : ['EX', String(ttl)]),
    }
  }

  async function open(url = redis.url): Promise<SourceRig> {
    await redis.command('FLUSHALL')
    return { source: sourceFor(url), ...besides() }
  }

  async function openBackend(url = redis.url): Promise<BackendRig> {
    await redis.command('FLUSHALL')
    const backend = poolFor(url).backendOf('main')
    if (!backend)
      throw new Error('There should be a backend')
    return { backend, ...besides() }
  }

  /** The way to it, on which every answer comes in pieces. */
  async function inPieces(): Promise<string> {
    const proxy = await startMeddlingProxy(redis.port)
    onTestFinished(proxy.dispose)
    proxy.manner = 'pieces'
    return `redis://127.0.0.1:${proxy.port}`
  }

  describeBackend('redis', openBackend, { compares: true, endsLives: true, formats: ['envelope', 'raw'] })
  describeBackend('redis in pieces', async () => openBackend(await inPieces()), {
    compares: true,
    endsLives: true,
    formats: ['envelope'],
  })
  describeSource('redis in pieces', async () => open(await inPieces()), { lives: true, longestKey: 1024 })
  describeSource('redis', open, { lives: true, longestKey: 1024 })
  describeSource('redis by a Unix socket', () => open(`unix://${redis.socket}`), { lives: true, longestKey: 1024 })

  // S22. Red: in src/main/base/resp.ts write a command as one line of words.
  it('sends odd keys as exactly one command each', async () => {
    const { source } = await open()
    const callsOf = async (): Promise<Record<string, number>> => {
      const text = String(await redis.command('INFO', 'commandstats'))
      return Object.fromEntries([...text.matchAll(/cmdstat_(\w+(?:\|\w+)?):calls=(\d+)/g)].map(([, name, calls]) =>
        [name, Number(calls)]))
    }
    await redis.command('CONFIG', 'RESETSTAT')
    for (const key of oddKeys) {
      await source.writes?.set(key, aValue('x'), neverAborts)
      await source.load(key, neverAborts)
      await source.writes?.replace?.(key, Buffer.from('x'), aValue('y'), neverAborts)
      await source.writes?.delete(key, neverAborts)
    }
    const n = oddKeys.length
    expect(await callsOf()).toMatchObject({ multi: n, exec: n, pttl: n, eval: n, del: n, set: 2 * n })
    expect(await callsOf()).not.toHaveProperty('flushall')
    expect(await redis.command('DBSIZE')).toBe(0)
  })

  it('reads structures as JSON', async () => {
    const { source } = await open()
    const odd = Buffer.from([0x61, 0xFF])
    await redis.command('HSET', 'hash', 'name', 'Zoë', '__proto__', '1', odd, odd)
    await redis.command('RPUSH', 'list', 'b', 'a', 'b')
    await redis.command('SADD', 'set', 'c', 'a', 'b')
    await redis.command('ZADD', 'scores', '2.5', 'b', '1', 'a', '+inf', 'c')
    await redis.command('EXPIRE', 'list', '1000')
    await redis.command('XADD', 'stream', '*', 'a', 'b')
    const read = async (key: string): Promise<string | undefined> => {
      const found = await source.load(key, neverAborts)
      expect(found?.contentType).toBe('application/json')
      return found?.value.toString()
    }
    expect(await read('hash')).toBe('{"name":"Zoë","__proto__":"1","a\\udcff":"a\\udcff"}')
    expect(await read('list')).toBe('["b","a","b"]')
    expect(await read('set')).toBe('["a","b","c"]')
    expect(await read('scores'))
      .toBe('[{"member":"a","score":1},{"member":"b","score":2.5},{"member":"c","score":"inf"}]')
    expect((await source.load('list', neverAborts))?.ttl).toBeGreaterThan(900)
    await expect(source.load('stream', neverAborts)).rejects.toMatchObject({
      failure: 'refused',
      message: 'The key holds a stream, which Larder does not read.',
    })
    await expect(source.writes?.replace?.('hash', null, aValue('x'), neverAborts)).rejects.toMatchObject({
      failure: 'refused',
    })
    expect((await sourceFor(redis.url).load('none', neverAborts))).toBeUndefined()
  })

  it('takes the type of strings from the cache', async () => {
    const { source, place } = await open()
    await place('a', Buffer.from('x'))
    const value = { value: Buffer.from('x'), contentType: 'text/plain', ttl: null }
    expect(await source.load('a', neverAborts)).toEqual(value)
  })

  it('uses the database that the URL names', async () => {
    await redis.command('FLUSHALL')
    await sourceFor(`${redis.url}/3`).writes.set('a', aValue('x'), neverAborts)
    expect(String(await redis.command('INFO', 'keyspace'))).toContain('db3:keys=1')
    await expect(sourceFor(`${redis.url}/999`).load('a', neverAborts)).rejects.toMatchObject({
      message: 'The server has no database of this number.',
    })
  })

  it('tells a refusal without the words of the server, which quote values', async () => {
    const { source } = await open()
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    try {
      await expect(source.writes?.set('a', aValue('canary-value'), neverAborts)).rejects.toMatchObject({
        failure: 'refused',
        message: 'The server has no memory left.',
      })
    }
    finally {
      await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    }
    await redis.command('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@all', '-set')
    await expect(sourceFor(redis.url.replace('//', '//reader:pw@')).writes.set('a', aValue('x'), neverAborts))
      .rejects.toMatchObject({ failure: 'refused', message: 'The user may not do this on the server.' })
  })

  it('keeps one connection for all, and none once it is gone', async () => {
    await redis.command('FLUSHALL')
    const clients = async (): Promise<number> =>
      String(await redis.command('CLIENT', 'LIST')).split('\n').filter(line => line.includes('name=larder')).length
    await expect.poll(clients).toBe(0)
    const pool = poolFor(redis.url)
    expect(pool.condition('main')).toMatchObject({ state: 'idle' })
    const sources = Array.from({ length: 50 }, () => pool.sourceOf('main', { format: 'a/b' }))
    await Promise.all(sources.map((source, index) => source?.load(`k${index}`, neverAborts)))
    expect(await clients()).toBe(1)
    expect(pool.condition('main')).toMatchObject({ state: 'ok', server: expect.stringMatching(/^(?:Redis|Valkey) \d/) })
    pool.remove('main')
    await expect.poll(clients).toBe(0)
    await expect(sources[0]?.load('a', neverAborts)).rejects.toMatchObject({
      failure: 'unreachable',
      message: 'There is no connection main any more.',
    })
    expect(pool.sourceOf('main', { format: 'a/b' })).toBeUndefined()
  })

  it('survives a server that is killed in the middle, and finds it again', async () => {
    const own = await startRedis()
    onTestFinished(() => own.dispose())
    const pool = poolFor(own.url)
    const source = pool.sourceOf('main', { format: 'a/b' })
    await source?.writes?.set('a', aValue('x'), neverAborts)
    // A server that is asleep has the calls, and never answers them.
    void own.command('DEBUG', 'SLEEP', '30').catch(() => {})
    const calls = Array.from({ length: 20 }, () => source?.load('a', neverAborts))
    const ended = Promise.allSettled(calls)
    await own.kill()
    const failures = new Set((await ended).map(({ status, ...rest }) =>
      status === 'rejected' ? (rest as { reason: { failure: string } }).reason.failure : status))
    expect([...failures].filter(failure => failure !== 'lost' && failure !== 'fulfilled')).toEqual([])
    await expect.poll(() => pool.condition('main').state).toBe('down')
    await expect(source?.load('a', neverAborts)).rejects.toMatchObject({ failure: 'unreachable' })
    await own.restart()
    await expect.poll(() => pool.condition('main').state).toBe('ok')
    expect(await source?.load('a', neverAborts)).toBeUndefined()
  })

  it('goes on after a call that nobody waited for', async () => {
    const { source, place } = await open()
    await place('a', Buffer.from('x'))
    await source.load('a', neverAborts)
    for (let round = 0; round < 5; round++) {
      const leaving = new AbortController()
      // The server takes the commands now, and answers later.
      await redis.command('CLIENT', 'PAUSE', '100', 'ALL')
      const calls = [source.load('a', leaving.signal), source.writes?.set('b', aValue(String(round)), leaving.signal)]
      const staying = source.load('a', neverAborts)
      setImmediate(() => leaving.abort())
      for (const ended of await Promise.allSettled(calls))
        expect(ended).toMatchObject({ reason: { failure: 'lost' } })
      expect(String((await staying)?.value)).toBe('x')
    }
  })
})

describe('a server that does not answer', () => {
  const hello = '+OK\r\n+OK\r\n'

  // R13. Red: in src/main/upstreams/wire.ts drop `startDoubting()` from `onAbort`.
  it('loses its connection when calls stay without an answer', async () => {
    // Greets as Redis does, then falls silent.
    const hole = await startBlackHole((_, nth) => nth === 0 ? `+PONG\r\n${hello}` : undefined)
    onTestFinished(() => hole.dispose())
    const pool = poolFor(`redis://127.0.0.1:${hole.port}`, { ...quick, longest: 20_000, first: 20_000 })
    const source = pool.sourceOf('main', { format: 'a/b' })
    const calls = Array.from({ length: 10 }, () => {
      const leaving = new AbortController()
      return { leaving, call: source?.load('a', leaving.signal) }
    })
    await expect.poll(() => pool.condition('main').state).toBe('ok')
    for (const { leaving, call } of calls) {
      leaving.abort()
      await expect(call).rejects.toBeInstanceOf(Error)
    }
    await expect.poll(() => hole.open()).toBe(0)
    expect(pool.condition('main')).toMatchObject({ state: 'down', detail: 'The server does not answer any more.' })
  })

  // Red: in src/main/upstreams/dial.ts drop `socket.destroy()`; in redis.ts drop `wire.close()`.
  it('leaves no socket behind while it is being opened', async () => {
    const hole = await startBlackHole()
    onTestFinished(() => hole.dispose())
    const pool = poolFor(`redis://127.0.0.1:${hole.port}`, { ...quick, open: 300, first: 60_000, longest: 60_000 })
    const source = pool.sourceOf('main', { format: 'a/b' })
    await expect(source?.load('a', neverAborts)).rejects.toMatchObject({
      failure: 'unreachable',
      message: 'It did not open within 0.3 s.',
    })
    expect(hole.total()).toBe(1)
    await expect.poll(() => hole.open()).toBe(0)
  })

  it('is not waited for longer than the caller waits, nor once the pool is gone', async () => {
    const hole = await startBlackHole()
    onTestFinished(() => hole.dispose())
    const pool = poolFor(`redis://127.0.0.1:${hole.port}`, { ...quick, open: 60_000 })
    const source = pool.sourceOf('main', { format: 'a/b' })
    const leaving = new AbortController()
    const calls = [source?.load('a', leaving.signal), source?.load('b', neverAborts)]
    await expect.poll(() => hole.open()).toBe(1)
    leaving.abort()
    await expect(calls[0]).rejects.toMatchObject({ failure: 'unreachable' })
    expect(hole.open()).toBe(1)
    pool.dispose()
    await expect(calls[1]).rejects.toMatchObject({ failure: 'unreachable' })
    await expect.poll(() => hole.open()).toBe(0)
  })

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['garbage', '\0\0\0\n'],
    ['too many answers', `+PONG\r\n${hello}+OK\r\n`],
  ])('and speaks %s instead is told from Redis', async (_, answer) => {
    const hole = await startBlackHole(() => answer)
    onTestFinished(() => hole.dispose())
    const pool = poolFor(`redis://127.0.0.1:${hole.port}`, { ...quick, first: 60_000, longest: 60_000 })
    await pool.sourceOf('main', { format: 'a/b' })?.load('a', neverAborts).catch(() => {})
    await expect.poll(() => pool.condition('main').state).toBe('down')
    expect(pool.condition('main').detail).toMatch(/does not speak the protocol of Redis|without having been asked/)
    await expect.poll(() => hole.open()).toBe(0)
  })
})
