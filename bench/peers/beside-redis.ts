import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort, isInstalled, key, loadCore, startLarder, startRedis } from './start'

const run = promisify(execFile)

/** A server of the Redis protocol. Larder wants a key. */
export interface RedisSide { port: number, isLarder: boolean }

/** Runs a comparison of a Larder with redis-server, each on one core, and stops both. */
export async function besideRedis(compare: (larder: RedisSide, redis: RedisSide) => Promise<void>): Promise<void> {
  for (const program of ['redis-server', 'redis-benchmark', 'taskset']) {
    if (!isInstalled(program))
      throw new Error(`The bench needs ${program}.`)
  }
  const redisPort = await freePort()
  const [larder, redis] = [await startLarder({ redisPort }), await startRedis()]
  try {
    await compare({ port: redisPort, isLarder: true }, { port: redis.port, isLarder: false })
  }
  finally {
    await larder.stop()
    await redis.stop()
  }
}

/**
 * Requests a second of 50 connections.
 *
 * @param load what redis-benchmark is to send, its options first
 */
export async function rateOf({ port, isLarder }: RedisSide, load: readonly string[]): Promise<number> {
  const about = ['-p', String(port), '-c', '50', '--csv', ...isLarder ? ['-a', key] : []]
  const { stdout } = await run('taskset', ['-c', loadCore, 'redis-benchmark', ...about, ...load])
  return Number(/^"[^"]+","([\d.]+)"/m.exec(stdout.split('\n').slice(1).join('\n'))?.[1])
}
