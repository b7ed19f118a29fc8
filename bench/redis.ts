import type { RedisSide } from './peers/beside-redis'
import { median } from './measure'
import { besideRedis, rateOf } from './peers/beside-redis'

/**
 * Commands of the Redis protocol beside redis-server, in turns, each server on one core and
 * redis-benchmark on another: 50 connections, values of 100 bytes, among 10,000 keys. Needs
 * redis-server, redis-benchmark and a build.
 */
const rounds = 11

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

function rate(side: RedisSide, { command, pipeline, requests }: Load): Promise<number> {
  return rateOf(side, ['-d', '100', '-r', '10000', '-q', '-n', String(requests), '-P', String(pipeline), ...command])
}

await besideRedis(async (larder, redis) => {
  for (const load of loads) {
    const figures: { larder: number, redis: number }[] = []
    for (let round = 0; round < rounds; round++)
      figures.push({ larder: await rate(larder, load), redis: await rate(redis, load) })
    const [ours, theirs] = [median(figures.map(figure => figure.larder)), median(figures.map(figure => figure.redis))]
    const rates = `Larder ${ours.toFixed(0)}, Redis ${theirs.toFixed(0)} a second; ratio ${(ours / theirs).toFixed(2)}`
    console.log(`${load.title}, pipeline of ${load.pipeline}: ${rates}`)
  }
})
