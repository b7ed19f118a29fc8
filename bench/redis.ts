import type { Peer } from './peers/start'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort, isInstalled, key, loadCore, startLarder, startRedis } from './peers/start'

/**
 * GET and SET over the Redis protocol beside redis-server, in turns, each server on one core and
 * redis-benchmark on another: 50 connections, values of 100 bytes, without a pipeline and with 16.
 * Needs redis-server, redis-benchmark and a build.
 */
const rounds = 7
const run = promisify(execFile)
const requests = { 1: 50_000, 16: 300_000 }

/** Requests a second. */
async function rate(
  port: number,
  command: string,
  pipeline: keyof typeof requests,
  isLarder: boolean,
): Promise<number> {
  const options = ['-p', String(port), '-c', '50', '-d', '100', '-r', '10000', '-t', command, '-q', '--csv']
  const load = ['-n', String(requests[pipeline]), '-P', String(pipeline), ...isLarder ? ['-a', key] : []]
  const { stdout } = await run('taskset', ['-c', loadCore, 'redis-benchmark', ...options, ...load])
  return Number(/^"[^"]+","([\d.]+)"/m.exec(stdout.split('\n').slice(1).join('\n'))?.[1])
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

async function compareServers(larder: Pick<Peer, 'port'>, redis: Pick<Peer, 'port'>): Promise<void> {
  for (const pipeline of [1, 16] as const) {
    // What SET stores is what GET reads.
    for (const command of ['set', 'get']) {
      const figures: { larder: number, redis: number }[] = []
      for (let round = 0; round < rounds; round++) {
        figures.push({
          larder: await rate(larder.port, command, pipeline, true),
          redis: await rate(redis.port, command, pipeline, false),
        })
      }
      const [ours, theirs] = [median(figures.map(figure => figure.larder)), median(figures.map(figure => figure.redis))]
      const ratio = median(figures.map(figure => figure.larder / figure.redis)).toFixed(2)
      const rates = `Larder ${ours.toFixed(0)}, Redis ${theirs.toFixed(0)} a second; ratio ${ratio}`
      console.log(`${command.toUpperCase()}, pipeline of ${pipeline}: ${rates}`)
    }
  }
}

for (const program of ['redis-server', 'redis-benchmark', 'taskset']) {
  if (!isInstalled(program))
    throw new Error(`The bench needs ${program}.`)
}
const redisPort = await freePort()
const [larder, redis] = [await startLarder({ redisPort }), await startRedis()]
try {
  await compareServers({ port: redisPort }, redis)
}
finally {
  await larder.stop()
  await redis.stop()
}
