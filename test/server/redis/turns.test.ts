import type { Reply } from '../../../src/main/base/resp'
import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/**
 * Commands that read and write are one step for other clients, also where a write has to wait: for
 * a conversion, or for the disk.
 */
let larder: TestLarder
let clients: RedisConnection[]

const clientCount = 8

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  const caches = [{ name: 'texts', format: 'text' }, { name: 'safe', persistent: true, durability: 'always' }]
  for (const settings of caches) {
    expect((await larder.send('POST', '/admin/caches', {
      body: JSON.stringify({ ttl: null, ...settings }),
      headers: { 'Content-Type': 'application/json' },
    })).status).toBe(201)
  }
  clients = await Promise.all(Array.from({ length: clientCount }, () => connectRedis(portOf(larder))))
})

afterAll(async () => {
  clients.forEach(({ close }) => close())
  await larder.dispose()
})

/** In its order. */
function inWords(reply: Reply): unknown {
  return Buffer.isBuffer(reply) ? reply.toString() : Array.isArray(reply) ? reply.map(inWords) : reply
}

function each(commands: (client: number) => string[][]): Promise<unknown[][]> {
  return Promise.all(clients.map(async ({ pipeline }, client) => (await pipeline(commands(client))).map(inWords)))
}

// Red: in src/main/redis/executor.ts let `needsTurn` return false; in handlers/transactions.ts let
// `converts` return false.
describe.each(['texts', 'safe'])('in the cache %s', (cache) => {
  beforeEach(async () => {
    await each(() => [['AUTH', cache, ownerKey]])
    await each(client => client === 0 ? [['DEL', 'a', 'b', 'c']] : [])
  })

  it('nothing that is appended is lost', async () => {
    await each(() => Array.from({ length: 10 }, () => ['APPEND', 'a', 'x']))
    expect((await each(() => [['STRLEN', 'a']]))[0]).toEqual([10 * clientCount])
  })

  it('one of several MSETNX stores all its keys', async () => {
    const made = await each(client => [['MSETNX', 'a', String(client), 'b', String(client)]])
    expect(made.flat().toSorted()).toEqual([...Array.from({ length: clientCount - 1 }).fill(0), 1])
    const [[values]] = await each(() => [['MGET', 'a', 'b']]) as [[[string, string]]]
    expect(values[0]).toBe(values[1])
  })

  it('a transaction sees what it has written, and nobody sees half of one', async () => {
    const seen = await each(client => client % 2 === 0
      ? [['MULTI'], ['SET', 'a', `w${client}`], ['GET', 'a'], ['APPEND', 'a', '!'], ['SET', 'b', `w${client}!`], ['EXEC']]
      : [['MULTI'], ['GET', 'a'], ['GET', 'b'], ['EXEC']])
    for (const [client, replies] of seen.entries()) {
      const result = replies.at(-1) as string[]
      expect(result).toEqual(client % 2 === 0
        ? ['OK', `w${client}`, `w${client}!`.length, 'OK']
        : [result[1], result[1]])
    }
  })

  it('a watched key that changes while the transaction waits undoes it', async () => {
    await each(client => client === 0 ? [['SET', 'a', '0']] : [])
    await each(() => [['WATCH', 'a'], ['MULTI'], ['SET', 'a', 'mine'], ['APPEND', 'b', 'x']])
    const results = (await each(() => [['EXEC']])).flat()
    expect(results.filter(result => result !== null)).toHaveLength(1)
    expect((await each(() => [['GET', 'b']]))[0]).toEqual(['x'])
  })
})
