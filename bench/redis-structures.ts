import type { RedisSide } from './peers/beside-redis'
import { connect } from 'node:net'
import { encodeCommands } from '../src/main/base/resp'
import { median } from './measure'
import { besideRedis, rateOf } from './peers/beside-redis'
import { key } from './peers/start'

/**
 * What commands of sets and hashes cost by how much these hold, beside redis-server, in turns: 50
 * connections, no pipeline. Needs redis-server, redis-benchmark and a build.
 */
const rounds = 5
/** Items → keys with so many each, and requests: few items are added to each. */
const sizes = [
  { items: 10, keys: 1000, requests: 10_000 },
  { items: 100, keys: 1000, requests: 10_000 },
  { items: 1000, keys: 200, requests: 10_000 },
  { items: 10_000, keys: 50, requests: 3000 },
  { items: 100_000, keys: 10, requests: 300 },
] as const
/** redis-benchmark puts another random number below the number of keys in each place. */
const random = '__rand_int__'
const name = `${random}${random}${random}`
const commands = {
  SADD: ['SADD', `set:${random}`, name],
  // What is not there is looked for to the end.
  SISMEMBER: ['SISMEMBER', `set:${random}`, name],
  HSET: ['HSET', `hash:${random}`, name, 'value'],
  HGET: ['HGET', `hash:${random}`, name],
} as const

/** Sends commands one after the other, and waits for all replies. */
async function fill({ port, isLarder }: RedisSide, items: number, keys: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const numbered = (index: number): string => String(index).padStart(12, '0')
  const members = Array.from({ length: items }, (_, index) => `member:${numbered(index)}`)
  const done = new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('data', chunk => chunk.includes('+PONG') && resolve())
  })
  if (isLarder)
    socket.write(encodeCommands([['AUTH', key]]))
  socket.write(encodeCommands([['FLUSHALL']]))
  for (let index = 0; index < keys; index++) {
    for (let from = 0; from < items; from += 20_000) {
      const some = members.slice(from, from + 20_000)
      socket.write(encodeCommands([
        ['SADD', `set:${numbered(index)}`, ...some],
        ['HSET', `hash:${numbered(index)}`, ...some.flatMap(member => [member, 'value'])],
      ]))
    }
  }
  socket.write(encodeCommands([['PING']]))
  await done
  socket.destroy()
}

await besideRedis(async (larder, redis) => {
  for (const { items, keys, requests } of sizes) {
    const about = ['-n', String(requests), '-r', String(keys)]
    const figures = Object.keys(commands).map(command => ({ command, larder: [] as number[], redis: [] as number[] }))
    for (let round = 0; round < rounds; round++) {
      for (const side of [larder, redis]) {
        await fill(side, items, keys)
        for (const figure of figures) {
          const words = commands[figure.command as keyof typeof commands]
          figure[side.isLarder ? 'larder' : 'redis'].push(await rateOf(side, [...about, ...words]))
        }
      }
    }
    for (const { command, larder: ours, redis: theirs } of figures) {
      const ratio = median(ours.map((figure, round) => figure / (theirs[round] as number))).toFixed(2)
      const time = (1e6 / median(ours)).toFixed(0)
      console.log(`${items} items, ${command}: Larder ${median(ours).toFixed(0)} (${time} µs), `
        + `Redis ${median(theirs).toFixed(0)} a second; ratio ${ratio}`)
    }
  }
})
