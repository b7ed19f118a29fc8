import type { RedisSide } from './peers/beside-redis'
import { median } from './measure'
import { ask } from './peers/answers'
import { besideRedis, rateOf } from './peers/beside-redis'
import { freePort, startLarder, thisBuild } from './peers/start'
import { memoryAnEntry, memoryAnEntryRedis, memoryOverRedis } from './single'

/**
 * Commands of the Redis protocol beside redis-server, in turns, each server on one core and
 * redis-benchmark on another: 50 connections, values of 100 bytes, among 10,000 keys. Needs
 * redis-server, redis-benchmark and a build. Then the memory that an entry of those takes.
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

const [entries, warmUp] = [200_000, 50_000]

/** In a Larder that is new, as over HTTP. */
async function memoryOverThisFace(): Promise<number> {
  const redisPort = await freePort()
  const peer = await startLarder({ memory: '2GB', redisPort })
  try {
    await ask(peer, 'PATCH', '/admin/settings', '{"anonymous":{"enabled":true,"scopes":["read","write"]}}')
    return await memoryOverRedis(peer, redisPort, entries, warmUp)
  }
  finally {
    await peer.stop()
  }
}

const overRedis = await memoryOverThisFace()
const overHttp = (await memoryAnEntry(thisBuild, entries, warmUp)).value
const inRedis = (await memoryAnEntryRedis(entries))?.value ?? Number.NaN
console.log(`Memory of an entry, ${entries.toLocaleString('en')} of them: ${overRedis.toFixed(0)} B over Redis, `
  + `${overHttp.toFixed(0)} B over HTTP, ${inRedis.toFixed(0)} B in redis-server`)
