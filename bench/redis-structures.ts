import type { Peer } from './peers/start'
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { encodeCommands } from '../src/main/base/resp'
import { freePort, isInstalled, key, loadCore, startLarder, startRedis } from './peers/start'

/**
 * What commands of sets and hashes cost by how much these hold, beside redis-server, in turns: 50
 * connections, no pipeline. Needs redis-server, redis-benchmark and a build.
 */
const rounds = 5
const run = promisify(execFile)
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
async function fill(port: number, isLarder: boolean, items: number, keys: number): Promise<void> {
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

/** Requests a second. */
async function rate(
  port: number,
  isLarder: boolean,
  words: readonly string[],
  { keys, requests }: typeof sizes[number],
): Promise<number> {
  const options = ['-p', String(port), '-c', '50', '-n', String(requests), '-r', String(keys), '--csv']
  const load = ['redis-benchmark', ...options, ...isLarder ? ['-a', key] : [], ...words]
  const { stdout } = await run('taskset', ['-c', loadCore, ...load])
  return Number(/^"[^"]+","([\d.]+)"/m.exec(stdout.split('\n').slice(1).join('\n'))?.[1])
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

async function compareStructures(larder: Pick<Peer, 'port'>, redis: Pick<Peer, 'port'>): Promise<void> {
  for (const size of sizes) {
    const { items, keys } = size
    const figures = Object.keys(commands).map(command => ({ command, larder: [] as number[], redis: [] as number[] }))
    for (let round = 0; round < rounds; round++) {
      for (const [port, isLarder] of [[larder.port, true], [redis.port, false]] as const) {
        await fill(port, isLarder, items, keys)
        for (const figure of figures) {
          const words = commands[figure.command as keyof typeof commands]
          figure[isLarder ? 'larder' : 'redis'].push(await rate(port, isLarder, words, size))
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
}

for (const program of ['redis-server', 'redis-benchmark', 'taskset']) {
  if (!isInstalled(program))
    throw new Error(`The bench needs ${program}.`)
}
const redisPort = await freePort()
const [larder, redis] = [await startLarder({ redisPort }), await startRedis()]
try {
  await compareStructures({ port: redisPort }, redis)
}
finally {
  await larder.stop()
  await redis.stop()
}
