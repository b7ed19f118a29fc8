import type { RedisConnection } from '../../helpers/redis-connection'
import type { ServerProcess } from './launch'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { connectRedis } from '../../helpers/redis-connection'
import { apiKey, build, launch, script } from './launch'

/** The Redis protocol of the built server: what is acknowledged is kept, and nothing ends it. */
beforeAll(build, 240_000)

const hard = process.env.LARDER_HARD === '1'

function launchRedis(home: string): ServerProcess {
  return launch(home, { LARDER_REDIS_PORT: '0' })
}

async function redisPort(server: ServerProcess): Promise<number> {
  await server.ready
  const port = /redis:\/\/localhost:(\d+)/.exec(server.stdout() + server.stderr())?.[1]
  if (port === undefined)
    throw new Error(`It tells no port of Redis:\n${server.stdout()}${server.stderr()}`)
  return Number(port)
}

async function signOn(server: ServerProcess, cache: string): Promise<RedisConnection> {
  const connection = await connectRedis(await redisPort(server))
  expect(await connection.send('AUTH', cache, apiKey)).toBe('OK')
  return connection
}

async function createCache(server: ServerProcess, name: string, durability: string): Promise<void> {
  const body = JSON.stringify({ name, ttl: null, persistent: true, durability })
  expect((await server.send('POST', '/admin/caches', { body })).status).toBe(201)
}

/** The numbers that a key may hold: the last one that was acknowledged, and those sent after it. */
interface Past { acknowledged: number, sent: number }

/** Counts a key up by each way of writing, until the connection is gone. */
async function count(connection: RedisConnection, key: string, past: Past): Promise<void> {
  const ways: ((value: string) => string[][])[] = [
    value => [['SET', key, value]],
    () => [['INCR', key]],
    value => [['MULTI'], ['SET', key, value], ['EXEC']],
    value => [['SETEX', key, '1000', value]],
    value => [['MSET', key, value, `${key}-other`, value]],
    value => [['DEL', key], ['APPEND', key, value]],
  ]
  try {
    for (;;) {
      const value = past.sent + 1
      past.sent = value
      const replies = await connection.pipeline((ways[value % ways.length] ?? (() => []))(String(value)))
      expect(replies.map(String).filter(reply => reply.startsWith('Error') || reply.startsWith('ERR'))).toEqual([])
      past.acknowledged = value
    }
  }
  catch (error) {
    if (!(error instanceof Error && error.message === 'The connection was closed'))
      throw error
  }
}

async function checkAll(server: ServerProcess, cache: string, pasts: ReadonlyMap<string, Past>): Promise<void> {
  const connection = await signOn(server, cache)
  for (const [key, { acknowledged, sent }] of pasts) {
    const found = await connection.send('GET', key)
    // The last way deletes first, so that a kill may come between.
    const number = found === null ? sent : Number(String(found))
    expect(number, key).toBeGreaterThanOrEqual(acknowledged)
    expect(number, key).toBeLessThanOrEqual(sent)
  }
  connection.close()
}

async function endUnderLoad(signal: NodeJS.Signals, cache: string, durability: string, rounds: number): Promise<void> {
  const home = temporaryFolder()
  const pasts = new Map(Array.from({ length: 8 }, (_, index) => [`k${index}`, { acknowledged: 0, sent: 0 }]))
  for (let round = 0; round < rounds; round++) {
    const server = launchRedis(home)
    await server.ready
    if (round === 0)
      await createCache(server, cache, durability)
    for (const [key, past] of pasts) {
      const connection = await signOn(server, cache)
      await connection.send('SET', key, String(past.sent))
      past.acknowledged = past.sent
      void count(connection, key, past)
    }
    const idle = await connectRedis(await redisPort(server))
    await sleep(300 + 200 * (round % 3))
    const { code } = await server.end(signal)
    await idle.closed
    if (signal === 'SIGTERM')
      expect(code).toBe(0)
    const again = launchRedis(home)
    await again.ready
    await checkAll(again, cache, pasts)
    await again.end('SIGTERM')
  }
  expect([...pasts.values()].every(({ acknowledged }) => acknowledged > 0)).toBe(true)
}

// R2. Red: in src/main/serving/layers/durability.ts answer without waiting.
it('kills lose no write that was acknowledged over the Redis protocol, with always', async () => {
  await endUnderLoad('SIGKILL', 'kept', 'always', hard ? 50 : 2)
}, 60_000 + (hard ? 50 : 2) * 20_000)

// Red: in src/main/redis/redis-face.ts wait in `stop` for connections without ending them.
it('a SIGTERM while clients write loses nothing, and waits for no client', async () => {
  await endUnderLoad('SIGTERM', 'kept', 'everysec', hard ? 10 : 1)
}, 60_000 + (hard ? 10 : 1) * 20_000)

/** The files that a start of this one loads, by its imports that are no calls. */
function loadedBy(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file))
    return known
  known.add(file)
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g))
    loadedBy(join(dirname(file), from), known)
  return known
}

// Red: in src/main/redis/redis-face.ts import visitors.ts as any other file.
it('the code behind the port is loaded with the first client', () => {
  const chunks = join(dirname(script), 'chunks')
  const holding = (words: string): string[] => readdirSync(chunks).map(name => join(chunks, name)).filter(file =>
    readFileSync(file, 'utf8').includes(words))
  const [face, parser] = ['Redis clients cannot connect', 'unauthenticated multibulk length'].map(holding)
  expect([face?.length, parser?.length]).toEqual([1, 1])
  const loaded = loadedBy(face?.[0] ?? '')
  expect(loaded.size).toBeGreaterThan(5)
  expect(loaded).not.toContain(parser?.[0])
})

/** Bytes of a process that lie in memory. */
function residentBytes({ child: { pid } }: ServerProcess): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/** Bytes that begin like the protocol, and go on in any way. */
function nonsense(round: number): Buffer {
  const lines = ['', '*1\n', '*3\n$3\nSET\n', '*2\n$', '$5\n', 'SET ', 'AUTH ', '\n', '*-1\n', '*9\n$0\n\n']
  const starts = lines.map(line => line.replaceAll('\n', '\r\n'))
  return Buffer.concat([Buffer.from(starts[round % starts.length] ?? ''), randomBytes(1 + (round * 37) % 300)])
}

const strings = hard ? 100_000 : 2000
// S3. Red: in src/main/redis/connection.ts let a ProtocolFault through.
it.skipIf(process.platform !== 'linux')(`${strings} random byte strings end no server`, async () => {
  const server = launchRedis(temporaryFolder())
  const port = await redisPort(server)
  const send = async (round: number): Promise<void> => {
    const connection = await connectRedis(port)
    if (round % 2 === 0)
      connection.socket.write(`AUTH ${apiKey}\r\n`)
    connection.socket.end(nonsense(round))
    connection.socket.resume()
    await connection.closed
  }
  let before = 0
  for (let round = 0; round < strings; round += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => send(round + index)))
    // What the first ones load, and the request log, are there from then on.
    if (round === strings / 2)
      before = residentBytes(server)
  }
  expect(residentBytes(server) - before).toBeLessThan(50e6)
  expect(await (await signOn(server, 'db0')).send('PING')).toBe('PONG')
  expect(server.child.exitCode).toBeNull()
}, hard ? 600_000 : 120_000)

const idle = 5000
// Red: in src/main/redis/connection.ts make a buffer of 64 KB for each connection.
it.skipIf(process.platform !== 'linux' || !hard)(`${idle} idle connections cost at most 20 KB each`, async () => {
  const server = launchRedis(temporaryFolder())
  const connections: RedisConnection[] = []
  const open = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += 100)
      connections.push(...await Promise.all(Array.from({ length: 100 }, () => signOn(server, 'db0'))))
  }
  await open(500)
  await sleep(1000)
  const before = residentBytes(server)
  await open(idle)
  await sleep(1000)
  const each = (residentBytes(server) - before) / idle
  console.log(`An idle connection of Redis takes ${Math.round(each)} bytes`)
  expect(each).toBeLessThanOrEqual(20_000)
  connections.forEach(connection => connection.close())
}, 120_000)
