import type { TestLarder } from '../../helpers/start-larder'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisCommandNames } from '../../../src/shared/redis/commands'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { clientFolder, findClients, run } from './installed-clients'
import { portOf } from './ports'

/** Clients that apps use connect with nothing but the URL, each with its own first example. */
const { node, python, python3, django } = await findClients()
const commands = new Set<string>(redisCommandNames)
const lacking = {
  subscribe: commands.has('subscribe') ? undefined : 'Skipped: the bus of BentoCache: there is no SUBSCRIBE.',
  eval: commands.has('eval') ? undefined : 'Skipped: django-redis counts with a script: there is no EVAL.',
}
for (const reason of Object.values(lacking)) {
  if (reason !== undefined)
    console.warn(reason)
}

let larder: TestLarder

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  const headers = { 'Content-Type': 'application/json' }
  await larder.send('POST', '/admin/caches', { body: '{"name":"shop","ttl":null}', headers })
})
afterAll(() => larder?.dispose())

async function answerOf(program: string, file: string, more: Record<string, string> = {}): Promise<unknown> {
  const REDIS_URL = `redis://${more.CACHE ?? 'shop'}:${ownerKey}@127.0.0.1:${portOf(larder)}`
  const HAS_SUBSCRIBE = lacking.subscribe === undefined ? '1' : '0'
  const HAS_EVAL = lacking.eval === undefined ? '1' : '0'
  const env = { ...process.env, REDIS_URL, HAS_SUBSCRIBE, HAS_EVAL, ...more }
  const { stdout, stderr } = await run(program, [join(clientFolder, file)], { env, cwd: clientFolder })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

const node24 = process.execPath

describe.skipIf(!node)('a client of Node', () => {
  // Red: in src/main/redis/reply-writer.ts write null as an empty string.
  it.each(['ioredis', 'ioredis-6'])('%s', async (PACKAGE) => {
    expect(await answerOf(node24, 'ioredis.mjs', { PACKAGE })).toEqual({
      value: 'value',
      hasTtl: true,
      results: [[null, 'OK'], [null, 0]],
      transaction: [[null, 'OK'], [null, 2], [null, '2']],
      keys: ['foo'],
    })
  })

  const both = ['redis-5', 'redis'].flatMap(name => [[name, '2'], [name, '3']] as const)
  it.each(both)('%s over RESP %s', async (PACKAGE, RESP) => {
    expect(await answerOf(node24, 'node-redis.mjs', { PACKAGE, RESP, CACHE: '' })).toEqual({
      value: 'value',
      hasTtl: true,
      set: 'OK',
      other: 'another-value',
      keys: ['another-key'],
      many: ['new', null],
    })
  })

  it('keyv', async () => {
    expect(await answerOf(node24, 'keyv.mjs', { CACHE: 'db1' })).toEqual({
      stored: true,
      values: ['never expires', { nested: [1, null] }, null],
      has: [true, false],
      keys: ['bar', 'foo'],
      deleted: true,
      after: null,
    })
  })

  it('cache-manager', async () => {
    expect(await answerOf(node24, 'cache-manager.mjs', { CACHE: 'db2' })).toEqual({
      value: 'bar',
      wrapped: [1, 1],
      many: ['bar', 1, null],
      gone: null,
    })
  })

  it('connect-redis', async () => {
    expect(await answerOf(node24, 'connect-redis.mjs')).toEqual({
      visits: [1, 2, 3, 'ended', 1],
      hasTtl: true,
      length: 1,
    })
  })

  it('unstorage', async () => {
    expect(await answerOf(node24, 'unstorage.mjs', { CACHE: 'db3' })).toEqual({
      values: [{ a: 1 }, 'text', null],
      raw: [0, 255],
      keys: ['foo:bar', 'foo:baz'],
      has: [true, false],
      removed: null,
      left: [],
    })
  })

  it('bentocache', async () => {
    expect(await answerOf(node24, 'bentocache.mjs', { CACHE: 'db4' })).toEqual({
      values: [1, 1, 2],
      user: { name: 'foo' },
      gone: null,
      kept: 2,
    })
  })
})

describe('a client of Python', () => {
  async function redisPy(program: string, RESP: string): Promise<void> {
    expect(await answerOf(program, 'redis_py.py', { RESP })).toEqual({
      stored: true,
      value: 'bar',
      results: [true, true, true],
      counted: 6,
    })
  }

  it.skipIf(python === undefined)('redis-py over RESP 2', () => redisPy(python ?? '', '2'))
  it.skipIf(python3 === undefined)('redis-py over RESP 3', () => redisPy(python3 ?? '', '3'))

  it.skipIf(django === undefined)('django-redis', async () => {
    expect(await answerOf(django ?? '', 'django_redis_cache.py', { CACHE: 'db5' })).toEqual({
      value: { bar: [1, null] },
      hasTtl: true,
      added: [false, true],
      many: { item_1: 1, item_2: 2 },
      keys: ['item_1', 'item_2'],
      deleted: 2,
      touched: true,
      counted: lacking.eval === undefined ? 2 : null,
      left: null,
    })
  })
})

// Red: in src/main/redis/handlers/pubsub.ts answer several channels once.
it.skipIf(!node)('pub/sub of ioredis, over a lost connection too', async () => {
  expect(await answerOf(node24, 'ioredis-pubsub.mjs')).toEqual({
    count: 2,
    heard: [
      ['message', 'news', 'hello'],
      ['pmessage', 'pat?ern', 'pattern', 'there'],
      ['message', 'news', 'again'],
    ],
  })
})

// Red: in src/main/redis/pushes/invalidations.ts tell nobody.
it.skipIf(!node).each([
  ['2', []],
  ['3', ['one', 'one', 1, 'two']],
])('pub/sub and client-side caching of node-redis over RESP %s', async (protocol, cached) => {
  expect(await answerOf(node24, 'node-redis-pubsub.mjs', { CACHE: '', RESP: protocol })).toEqual({
    heard: [['hello', 'news'], ['hello', 'pattern'], ['hello', 'shard']],
    cached,
  })
})
