import type { RequestList } from '../../../src/shared/schemas'
import type { TierServer } from '../../helpers/larder-as-redis'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tierServers } from '../../helpers/larder-as-redis'
import { patience } from '../../helpers/patience'
import { redisProgram } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

interface Tier { connected: boolean, pinged: number | null, copies: number, invalidations: number }

/** Three Larders that share a cache through one Redis, or through another Larder. */
describe.each(tierServers)('a shared tier of $name', ({ start, isMissing }) => {
  if (isMissing) {
    it.skip(redisProgram.reason)
    return
  }
  let redis: TierServer
  let larders: TestLarder[]
  const backend = { connection: 'main', prefix: 't:', format: 'raw', contentType: 'text/plain', near: { ttl: null } }
  const path = '/api/caches/tier/entries'
  const soon = { timeout: patience, interval: 20 }

  beforeAll(async () => {
    redis = await start()
    larders = await Promise.all([1, 2, 3].map(() => startLarder()))
    for (const larder of larders) {
      await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url: redis.url })
      await manage(larder, 'POST', '/admin/caches', { name: 'tier', ttl: 300, backend })
    }
  })
  afterAll(async () => {
    await Promise.all(larders.map(larder => larder.dispose()))
    await redis.dispose()
  })

  const at = (index: number): TestLarder => larders[index] as TestLarder
  const get = async (index: number, key: string) => await at(index).send('GET', `${path}/${key}`)
  const read = async (index: number, key: string): Promise<string | number> => {
    const { status, text } = await get(index, key)
    return status === 200 ? text : status
  }
  const write = async (index: number, key: string, body: string): Promise<number> =>
    (await at(index).send('PUT', `${path}/${key}`, { body })).status
  const tierOf = async (index: number): Promise<Tier> =>
    (await manage<{ tier: Tier }>(at(index), 'GET', '/admin/caches/tier')).tier
  /** Connections on which Redis tells of changes. */
  const sockets = async (): Promise<number> =>
    String(await redis.command('CLIENT', 'LIST')).split('\n').filter(line => /flags=\S*B/.test(line)).length

  /** Until a read is answered by the copy here. */
  async function warm(index: number, key: string): Promise<void> {
    await expect.poll(async () => {
      await read(index, key)
      return (await tierOf(index)).copies
    }, soon).toBeGreaterThan(0)
  }

  beforeEach(async () => {
    await redis.command('FLUSHALL')
    for (const index of [0, 1, 2])
      await expect.poll(() => read(index, 'none'), soon).toBe(404)
  })

  // Red: in src/main/serving/backends/tier.ts leave `drop(key)` out of `changed`.
  it('shows each of them what the others write, and each its own writes at once', async () => {
    for (const [index, value] of [[0, 'a'], [1, 'b'], [2, 'c']] as const) {
      await write(index, 'k', value)
      expect(await read(index, 'k')).toBe(value)
      for (const other of [0, 1, 2]) {
        await expect.poll(() => read(other, 'k'), soon).toBe(value)
        await warm(other, 'k')
      }
    }
  })

  it('serves near copies without asking', async () => {
    await write(0, 'k', 'a')
    await warm(1, 'k')
    const before = await redis.gets()
    for (let count = 0; count < 20; count++)
      expect(await read(1, 'k')).toBe('a')
    // A slow machine may leave a PING unanswered for 3 s, and then some of them ask.
    expect(await redis.gets() - before).toBeLessThan(20)
  })

  it('sees a foreign writer, deletions, and FLUSHALL', async () => {
    await redis.command('SET', 't:k', 'theirs')
    await expect.poll(() => read(0, 'k'), soon).toBe('theirs')
    await warm(0, 'k')
    await redis.command('SET', 't:k', 'again')
    await expect.poll(() => read(0, 'k'), soon).toBe('again')
    await warm(0, 'k')
    await redis.command('DEL', 't:k')
    await expect.poll(() => read(0, 'k'), soon).toBe(404)
    await write(1, 'k', 'x')
    await warm(0, 'k')
    // Red: in src/main/serving/backends/tier.ts let `changed` do nothing for null.
    await redis.command('FLUSHALL')
    await expect.poll(() => read(0, 'k'), soon).toBe(404)
    expect((await tierOf(0)).copies).toBe(0)
  })

  it('serves near copies marked as such while Redis is gone, and none of them when it is back', async () => {
    await write(0, 'k', 'a')
    await warm(1, 'k')
    await redis.kill()
    await expect.poll(async () => (await tierOf(1)).connected, soon).toBe(false)
    const { status, text, headers } = await get(1, 'k')
    expect([status, text]).toEqual([200, 'a'])
    expect(headers['cache-status']).toContain('detail=backend-down')
    // Red: in src/main/serving/backends/asking.ts leave out `failure`.
    const { requests } = (await at(1).send('GET', '/admin/requests?limit=1&filter=result:stale')).json<RequestList>()
    expect(requests).toMatchObject([{ key: 'k', reason: 'backend-down' }])
    expect((await get(1, 'other')).status).toBeGreaterThanOrEqual(502)
    expect(await write(1, 'new', 'x')).toBeGreaterThanOrEqual(502)
    await redis.restart()
    // It came back empty: what it lost is lost.
    await expect.poll(() => read(1, 'k'), soon).toBe(404)
    await expect.poll(async () => (await tierOf(1)).connected, soon).toBe(true)
  })

  it('asks nobody of a Redis that hangs by its near copies alone', async () => {
    await write(0, 'k', 'a')
    await warm(1, 'k')
    redis.freeze()
    try {
      await expect.poll(async () => (await get(1, 'k')).headers['cache-status'], soon).toContain('detail=backend-down')
    }
    finally {
      redis.thaw()
    }
    await write(0, 'k', 'b')
    await expect.poll(() => read(1, 'k'), soon).toBe('b')
  })

  // Red: in src/main/serving/layers/backend.ts leave `tier?.dispose()` out.
  it('closes the tracking connection while a switch is off, and when the cache goes', async () => {
    await expect.poll(sockets, soon).toBe(3)
    await manage(at(0), 'PATCH', '/admin/caches/tier', { enabled: false })
    await expect.poll(sockets, soon).toBe(2)
    await manage(at(0), 'PATCH', '/admin/caches/tier', { enabled: true })
    expect(await read(0, 'k')).toBe(404)
    await expect.poll(sockets, soon).toBe(3)
    await at(0).send('DELETE', '/admin/caches/tier')
    await expect.poll(sockets, soon).toBe(2)
    await manage(at(1), 'PATCH', '/admin/caches/tier', { backend: { near: { ttl: 0 } } })
    await expect.poll(sockets, soon).toBe(1)
  })
})
