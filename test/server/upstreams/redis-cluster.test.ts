import type { BackendRig } from '../../contract/backends'
import type { SourceRig } from '../../contract/sources'
import type { RedisCluster } from '../../helpers/redis-groups'
import type { RedisServer } from '../../helpers/redis-server'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { keySlotOf } from '../../../src/main/upstreams/redis/slots'
import { encodeKey } from '../../../src/shared/entry-key'
import { describeBackend } from '../../contract/backends'
import { aValue, describeSource, neverAborts, oddKeys } from '../../contract/sources'
import { startRedisCluster } from '../../helpers/redis-groups'
import { poolFor } from '../../helpers/redis-pool'
import { redisProgram, startRedis } from '../../helpers/redis-server'

// About 15 s, of which the contracts take most.
describe.skipIf(!redisProgram.available)(`a cluster of Redis ${redisProgram.reason}`, () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster.dispose())

  const node = (index: number): RedisServer => cluster.nodes[index] as RedisServer
  const empty = async (): Promise<void> => {
    for (const each of cluster.nodes)
      await each.command('FLUSHALL')
  }
  /** Which master has a key, now. */
  async function homes(): Promise<(key: string) => RedisServer> {
    const ownerOf = await cluster.owners()
    return key => ownerOf(keySlotOf(encodeKey(key)))
  }
  async function besides(): Promise<Omit<SourceRig, 'source'>> {
    const homeOf = await homes()
    return {
      async peek(key) {
        const reply = await homeOf(key).command('GET', encodeKey(key))
        return Buffer.isBuffer(reply) ? reply : undefined
      },
      place: async (key, value, ttl) =>
        void await homeOf(key).command('SET', encodeKey(key), value, ...ttl === undefined ? [] : ['EX', String(ttl)]),
    }
  }
  function sourceFor(url = cluster.url) {
    const source = poolFor(url).sourceOf('main', { format: 'text/plain' })
    if (!source?.writes?.replace || !source.keys)
      throw new Error('There should be a whole source')
    return { load: source.load, keys: source.keys, writes: { ...source.writes, replace: source.writes.replace } }
  }
  /** Knows one node alone. */
  const oneNode = (index = 0): string => `redis+cluster://127.0.0.1:${node(index).port}`

  async function open(): Promise<SourceRig> {
    await empty()
    return { source: sourceFor(), ...await besides() }
  }
  async function openBackend(): Promise<BackendRig> {
    await empty()
    const backend = poolFor(oneNode()).backendOf('main')
    if (!backend)
      throw new Error('There should be a backend')
    return { backend, ...await besides() }
  }

  // Red: in src/main/upstreams/redis/cluster.ts let `each` ask only the first master.
  describeBackend('a cluster', openBackend, { compares: true, endsLives: true, formats: ['envelope'] })
  describeSource('a cluster', open, { lives: true, longestKey: 1024 })

  it('tells what it is', async () => {
    const pool = poolFor(oneNode(1))
    await pool.sourceOf('main', { format: 'a/b' })?.load('a', neverAborts)
    const server = expect.stringMatching(/^\S+ [\d.]+, a cluster of 3$/) as string
    expect(pool.condition('main')).toMatchObject({ state: 'ok', server })
  })

  it('asks the right master at once', async () => {
    const source = sourceFor()
    await source.load('a', neverAborts)
    const redirections = async (): Promise<string> =>
      (await Promise.all(cluster.nodes.map(each => each.command('INFO', 'errorstats')))).map(text =>
        /errorstat_MOVED:count=(\d+)/.exec(String(text))?.[1] ?? '0').join()
    const before = await redirections()
    for (const key of [...oddKeys, '{tag}a', '{tag}b', 'a{}b'])
      await source.writes.set(key, aValue('x'), neverAborts)
    expect(await redirections()).toBe(before)
    // Red: in src/main/upstreams/redis/slots.ts let `tagged` be false.
    expect(keySlotOf(Buffer.from('{tag}a'))).toBe(keySlotOf(Buffer.from('{tag}b')))
  })

  it('follows a slot that moves, before, while and after its keys do', async () => {
    await empty()
    const source = sourceFor()
    const slot = keySlotOf(Buffer.from('{m}'))
    const keys = Array.from({ length: 20 }, (_, index) => `{m}${index}`)
    for (const key of keys)
      await source.writes.set(key, aValue('old'), neverAborts)
    const from = (await cluster.owners())(slot)
    const to = cluster.nodes.find(each => each !== from) as RedisServer
    const read = async (key: string) => (await source.load(key, neverAborts))?.value.toString()
    await cluster.moveSlot(slot, to, async () => {
      // Half of them are there by now: the others are asked for at the old master.
      await from.command('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys.slice(0, 10))
      // Red: in src/main/upstreams/redis/cluster.ts leave `['ASKING'], ` out.
      expect(new Set(await Promise.all(keys.map(read)))).toEqual(new Set(['old']))
      expect(await source.writes.replace('{m}0', Buffer.from('old'), aValue('new'), neverAborts)).toBe(true)
      expect(await source.writes.replace('{m}19', Buffer.from('old'), aValue('new'), neverAborts)).toBe(true)
      await source.writes.set('{m}fresh', aValue('new'), neverAborts)
      expect(await from.command('EXISTS', '{m}fresh')).not.toBe(1)
    })
    expect([await read('{m}0'), await read('{m}19'), await read('{m}5'), await read('{m}fresh')])
      .toEqual(['new', 'new', 'old', 'new'])
    expect(await to.command('GET', '{m}fresh')).toEqual(Buffer.from('new'))
    const listed = new Set<string>()
    for await (const page of source.keys('{m}', neverAborts))
      page.forEach(key => listed.add(key))
    expect(listed.size).toBe(21)
  })

  it('goes on with the others while a master is gone, and finds it again', async () => {
    await empty()
    const pool = poolFor(cluster.url)
    const source = pool.sourceOf('main', { format: 'a/b' })
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`)
    const homeOf = await homes()
    const keyOf = (home: RedisServer): string => keys.find(key => homeOf(key) === home) as string
    for (const key of keys)
      await source?.writes?.set(key, aValue('x'), neverAborts)
    const noticeIn = async (milliseconds: number): Promise<void> => {
      for (const each of [node(0), node(1)])
        await each.command('CONFIG', 'SET', 'cluster-node-timeout', String(milliseconds))
    }
    await noticeIn(60_000)
    await node(2).kill()
    onTestFinished(async () => {
      await node(2).kill()
      await node(2).restart()
    })
    expect(await source?.load(keyOf(node(0)), neverAborts)).toBeDefined()
    await expect(source?.load(keyOf(node(2)), neverAborts)).rejects.toMatchObject({ failure: 'unreachable' })
    expect(pool.condition('main').state).toBe('ok')
    // Now it notices, and is down as a whole.
    await noticeIn(2000)
    const read = (index: number): Promise<unknown> =>
      Promise.resolve(source?.load(keyOf(node(index)), neverAborts)).catch(String)
    await expect.poll(() => read(1)).toContain('The cluster is down.')
    await node(2).restart()
    await expect.poll(() => read(2)).toBeUndefined()
    await expect.poll(() => read(1)).toMatchObject({ value: Buffer.from('x') })
  })

  it('is down when none of its nodes answers, and comes back by any of those that the URL names', async () => {
    const own = await startRedisCluster()
    onTestFinished(() => own.dispose())
    const pool = poolFor(own.url)
    const source = pool.sourceOf('main', { format: 'a/b' })
    await source?.writes?.set('a', aValue('x'), neverAborts)
    await Promise.all(own.nodes.map(each => each.kill()))
    await expect.poll(() => pool.condition('main').state).toBe('down')
    await expect(source?.load('a', neverAborts)).rejects.toMatchObject({ failure: 'unreachable' })
    await Promise.all(own.nodes.slice(1).map(each => each.restart()))
    await expect.poll(() => pool.condition('main').state).toBe('ok')
  })

  // Red: in src/main/upstreams/redis/answers.ts leave the sentence of `cluster support` out.
  it('says which mode is the right one', async () => {
    const alone = poolFor(`redis://127.0.0.1:${node(0).port}`)
    const lone = await startRedis()
    onTestFinished(() => lone.dispose())
    await expect(poolFor(`redis+cluster://127.0.0.1:${lone.port}`).sourceOf('main', { format: 'a/b' })
      ?.load('a', neverAborts)).rejects.toMatchObject({
      message: 'The server is part of no cluster; give the connection another mode.',
    })
    const foreign = (await homes())('a') === node(0) ? 'b' : 'a'
    await expect(alone.sourceOf('main', { format: 'a/b' })?.load(foreign, neverAborts)).rejects.toMatchObject({
      message: 'The server is part of a cluster; give the connection the mode cluster.',
    })
  })
})
