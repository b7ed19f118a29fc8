import type { TestLarder } from '../../helpers/start-larder'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { clientFolder, findClients, findPython, run } from './installed-clients'
import { portOf } from './ports'

/** Clients that apps use connect with nothing but the URL, each with its own first example. */
let larder: TestLarder
const found = await findClients()
/** The versions of the protocol that Python's client speaks. */
const spoken = await findPython(5) === undefined ? ['2'] : ['2', '3']

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  const headers = { 'Content-Type': 'application/json' }
  await larder.send('POST', '/admin/caches', { body: '{"name":"shop","ttl":null}', headers })
})
afterAll(() => larder?.dispose())

async function answerOf(program: string, file: string, cacheName: string, protocol: string): Promise<unknown> {
  const REDIS_URL = `redis://${cacheName}:${ownerKey}@127.0.0.1:${portOf(larder)}`
  const env = { ...process.env, REDIS_URL, RESP: protocol }
  const { stdout, stderr } = await run(program, [join(clientFolder, file)], { env, cwd: clientFolder })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

// Red: in src/main/redis/handlers/connection.ts answer HELLO with an array, or leave out the id.
it.skipIf(!found.node)('ioredis', async () => {
  expect(await answerOf(process.execPath, 'ioredis.mjs', 'shop', '2')).toEqual({
    value: 'value',
    hasTtl: true,
    results: [[null, 'OK'], [null, 0]],
    transaction: [[null, 'OK'], [null, 2], [null, '2']],
    keys: ['foo'],
  })
})

it.skipIf(!found.node).each(['2', '3'])('node-redis over RESP %s', async (protocol) => {
  expect(await answerOf(process.execPath, 'node-redis.mjs', '', protocol)).toEqual({
    value: 'value',
    hasTtl: true,
    set: 'OK',
    other: 'another-value',
    keys: ['another-key'],
    many: ['new', null],
  })
})

it.skipIf(found.python === undefined).each(spoken)('redis-py over RESP %s', async (protocol) => {
  expect(await answerOf(String(found.python), 'redis_py.py', 'shop', protocol)).toEqual({
    stored: true,
    value: 'bar',
    results: [true, true, true],
    counted: 6,
  })
})

// Red: in src/main/redis/handlers/pubsub.ts answer several channels once.
it.skipIf(!found.node)('pub/sub of ioredis, over a lost connection too', async () => {
  expect(await answerOf(process.execPath, 'ioredis-pubsub.mjs', 'shop', '2')).toEqual({
    count: 2,
    heard: [
      ['message', 'news', 'hello'],
      ['pmessage', 'pat?ern', 'pattern', 'there'],
      ['message', 'news', 'again'],
    ],
  })
})

// Red: in src/main/redis/pushes/invalidations.ts tell nobody.
it.skipIf(!found.node).each([
  ['2', []],
  ['3', ['one', 'one', 1, 'two']],
])('pub/sub and client-side caching of node-redis over RESP %s', async (protocol, cached) => {
  expect(await answerOf(process.execPath, 'node-redis-pubsub.mjs', '', protocol)).toEqual({
    heard: [['hello', 'news'], ['hello', 'pattern'], ['hello', 'shard']],
    cached,
  })
})
