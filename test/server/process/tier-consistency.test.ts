import type { RedisCluster, RedisSentinel } from '../../helpers/redis-groups'
import type { RedisServer } from '../../helpers/redis-server'
import { Buffer } from 'node:buffer'
import process from 'node:process'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { keySlotOf } from '../../../src/main/upstreams/redis/slots'
import { patience } from '../../helpers/patience'
import { replicates, startRedisCluster, startRedisSentinel } from '../../helpers/redis-groups'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { build } from './launch'
import { startTierRun } from './tier-run'

const hard = process.env.LARDER_HARD === '1'
const rounds = 2
/** Writes between two faults. */
const some = 300
const soon = { timeout: patience, interval: 50 }
/**
 * Milliseconds for which a master that is back takes itself for one, and acknowledges what it will
 * lose, until all Larders have asked who is: they ask once a second.
 */
const noticing = 2000
const kept = ['--appendonly', 'yes', '--appendfsync', 'always']
async function numberAt(server: RedisServer, key: string): Promise<number> {
  return Number(String(await server.command('GET', `t:${key}`) ?? 0))
}

/** A partition: it holds its connections, and says nothing until then. */
async function silence<T>(server: RedisServer, until: () => Promise<T>): Promise<T> {
  server.freeze()
  try {
    return await until()
  }
  finally {
    server.thaw()
  }
}

function report(what: string, { tooOld, lost, ...counts }: Awaited<ReturnType<typeof startTierRun>>['counts']): void {
  console.warn(`${what}: ${JSON.stringify({ ...counts, tooOld: tooOld.length, lost: lost.length })}`)
}

// Three Larders as programs, real servers, what happens to them, and whoever reads and writes all
// the while. Minutes, so that only `npm run test:hard` runs it.
// Red: in src/main/serving/backends/tier.ts leave `drop(key)` out of `changed`.
describe.skipIf(!hard || !redisProgram.available)(`a tier to which bad things happen ${redisProgram.reason}`, () => {
  beforeAll(build, 240_000)

  it.each([
    ['saves each write', kept, true],
    ['saves every second, as Redis does by itself', ['--appendonly', 'yes'], false],
  ])('over one server that %s', async (name, settings, isSafe) => {
    const redis = await startRedis(...settings)
    onTestFinished(() => redis.dispose())
    const run = await startTierRun(redis.url)
    const truth = (key: string): Promise<number> => numberAt(redis, key)
    for (let round = 0; round < rounds; round++) {
      await run.run(some)
      await run.fault(async () => {
        await redis.kill()
        await redis.restart()
      }, truth, !isSafe)
      await run.run(some)
      await run.fault(() => silence(redis, () => run.pass(5000)), truth, false)
      await run.run(some)
      await run.fault(() => run.killLarder(round), truth, false)
    }
    await run.run(some)
    await run.end()
    report(`one server that ${name}`, run.counts)
    expect(run.counts.tooOld).toEqual([])
    // What it loses in its own way is lost, and counted.
    expect(isSafe ? run.counts.lost : []).toEqual([])
  }, 600_000)

  it('over sentinels that fail over', async () => {
    const group: RedisSentinel = await startRedisSentinel(...kept)
    onTestFinished(() => group.dispose())
    const run = await startTierRun(group.url)
    const truth = async (key: string): Promise<number> => numberAt(await group.named(), key)
    async function promoted(old: RedisServer): Promise<number> {
      await expect.poll(async () => await group.named() === old, soon).toBe(false)
      return performance.now()
    }
    for (let round = 0; round < rounds; round++) {
      await run.run(some)
      for (const isKilled of [true, false]) {
        const old = await group.named()
        await run.fault(async () => {
          if (isKilled)
            await old.kill()
          const takenOver = isKilled ? await promoted(old) : await silence(old, () => promoted(old)) + noticing
          if (isKilled)
            await old.restart()
          // The sentinel makes it a copy of the other, and may fail over again only then.
          await expect.poll(async () => String(await old.command('ROLE')), soon).toContain('slave')
          await replicates(old)
          return takenOver
        }, truth, true)
        await run.run(some)
      }
      await run.fault(() => run.killLarder(round), truth, false)
    }
    await run.run(some)
    await run.end()
    report('sentinels', run.counts)
    expect(run.counts.tooOld).toEqual([])
    // A failover loses what the copy did not have yet, and nothing that came after it.
    expect(run.counts.lost.filter(({ late }) => late)).toEqual([])
  }, 900_000)

  it('over a cluster whose masters fail over and whose slots move', async () => {
    const cluster: RedisCluster = await startRedisCluster({ replicas: true, settings: kept })
    onTestFinished(() => cluster.dispose())
    const run = await startTierRun(cluster.url)
    const ownerOf = async (key: string): Promise<RedisServer> =>
      (await cluster.owners())(keySlotOf(Buffer.from(`t:${key}`)))
    const truth = async (key: string): Promise<number> => numberAt(await ownerOf(key), key)
    async function promoted(old: RedisServer, key: string): Promise<number> {
      await expect.poll(async () => await ownerOf(key) === old, soon).toBe(false)
      return performance.now()
    }
    for (let round = 0; round < rounds; round++) {
      for (const [key, isKilled] of [['k1', true], ['k2', false]] as const) {
        await run.run(some)
        const old = await ownerOf(key)
        await run.fault(async () => {
          if (isKilled)
            await old.kill()
          const takenOver = isKilled
            ? await promoted(old, key)
            : await silence(old, () => promoted(old, key)) + noticing
          if (isKilled)
            await old.restart()
          await expect.poll(async () => String(await old.command('ROLE')), soon).toContain('slave')
          await replicates(old)
          return takenOver
        }, truth, true)
      }
      await run.run(some)
      const failedOver = run.counts.lost.length
      await run.fault(async () => {
        for (let index = 0; index < 20; index++) {
          const slot = keySlotOf(Buffer.from(`t:k${index}`))
          const owners = await cluster.owners()
          const others = [...new Set([0, 8000, 16_000].map(owners))].filter(node => node !== owners(slot))
          await cluster.moveSlot(slot, others[index % others.length] as RedisServer)
        }
      }, truth, false)
      expect(run.counts.lost.length - failedOver).toBe(0)
      await run.run(some)
      await run.fault(() => run.killLarder(round), truth, false)
      expect(run.counts.lost.length - failedOver).toBe(0)
    }
    await run.run(some)
    await run.end()
    report('a cluster', run.counts)
    expect(run.counts.tooOld).toEqual([])
    expect(run.counts.lost.filter(({ late }) => late)).toEqual([])
  }, 900_000)
})
