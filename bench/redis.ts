import type { Peer } from './peers/start'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort, isInstalled, key, loadCore, startLarder, startRedis } from './peers/start'

/**
 * Commands of the Redis protocol beside redis-server, in turns, each server on one core and
 * redis-benchmark on another: 50 connections, values of 100 bytes, among 10,000 keys. Needs
 * redis-server, redis-benchmark and a build.
 */
const rounds = 11
const run = promisify(execFile)

interface Load {
  title: string
  /** As redis-benchmark takes it. */
  command: readonly string[]
  pipeline: number
  requests: number
}

/** What SET stores is what the others read. */
const loads: readonly Load[] = [
  { title: 'SET', command: ['-t', 'set'], pipeline: 1, requests: 50_000 },
  { title: 'GET', command: ['-t', 'get'], pipeline: 1, requests: 50_000 },
  { title: 'SET', command: ['-t', 'set'], pipeline: 16, requests: 300_000 },
  { title: 'GET', command: ['-t', 'get'], pipeline: 16, requests: 300_000 },
  {
    title: 'MGET of 10',
    command: ['MGET', ...'key:__rand_int__ '.repeat(10).trim().split(' ')],
    pipeline: 1,
    requests: 30_000,
  },
]

/** Requests a second. */
async function rate(port: number, { command, pipeline, requests }: Load, isLarder: boolean): Promise<number> {
  const about = ['-p', String(port), '-c', '50', '-d', '100', '-r', '10000', '-q', '--csv']
  const load = ['-n', String(requests), '-P', String(pipeline), ...isLarder ? ['-a', key] : []]
  const { stdout } = await run('taskset', ['-c', loadCore, 'redis-benchmark', ...about, ...load, ...command])
  return Number(/^"[^"]+","([\d.]+)"/m.exec(stdout.split('\n').slice(1).join('\n'))?.[1])
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

async function compareServers(larder: Pick<Peer, 'port'>, redis: Pick<Peer, 'port'>): Promise<void> {
  for (const load of loads) {
    const figures: { larder: number, redis: number }[] = []
    for (let round = 0; round < rounds; round++)
      figures.push({ larder: await rate(larder.port, load, true), redis: await rate(redis.port, load, false) })
    const [ours, theirs] = [median(figures.map(figure => figure.larder)), median(figures.map(figure => figure.redis))]
    const rates = `Larder ${ours.toFixed(0)}, Redis ${theirs.toFixed(0)} a second; ratio ${(ours / theirs).toFixed(2)}`
    console.log(`${load.title}, pipeline of ${load.pipeline}: ${rates}`)
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
