import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** While the entries of a persistent cache come back after a start, no answer is half true. */
const entries = 4000

async function signOn(larder: TestLarder): Promise<RedisConnection> {
  const connection = await connectRedis(portOf(larder))
  expect(await connection.send('AUTH', 'kept', ownerKey)).toBe('OK')
  return connection
}

async function restarted(): Promise<TestLarder> {
  const larder = await startLarder({ redis: { port: 0, isAsked: true } })
  const body = JSON.stringify({ name: 'kept', ttl: null, persistent: true })
  await larder.send('POST', '/admin/caches', { body, headers: { 'Content-Type': 'application/json' } })
  const connection = await signOn(larder)
  for (let at = 0; at < entries; at += 1000) {
    const pairs = Array.from({ length: 1000 }, (_, index) => [`k${at + index}`, 'v'])
    expect(await connection.send('MSET', ...pairs.flat())).toBe('OK')
  }
  connection.close()
  const again = await larder.restart()
  onTestFinished(() => again.dispose())
  return again
}

const loading = /^-LOADING The cache kept is being restored: \d+ % of its entries are back/

/** Sends commands until the last answer is none of LOADING. Returns the answers to the last one. */
async function untilThere(connection: RedisConnection, commands: string[][]): Promise<unknown[]> {
  const answers: unknown[] = []
  do {
    answers.push(plain((await connection.pipeline(commands)).at(-1) ?? null))
    await sleep(5)
  } while (loading.test(String(answers.at(-1))))
  return answers
}

// Red: in src/main/redis/handlers/server.ts answer DBSIZE without asking whether all are there.
it('all of them are counted, or none', async () => {
  const connection = await signOn(await restarted())
  expect(plain(await connection.send('GET', `k${entries - 1}`))).toBe('"v"')
  const answers = await untilThere(connection, [['DBSIZE']])
  expect(answers.at(-1)).toBe(entries)
  console.log(`DBSIZE was answered with LOADING ${answers.length - 1} times`)
})

// Red: in src/main/redis/handlers/transactions.ts run a transaction without asking for the same.
it('a transaction that empties the cache keeps what it stores then', async () => {
  const connection = await signOn(await restarted())
  const answers = await untilThere(connection, [['MULTI'], ['FLUSHDB'], ['SET', 'new', '1'], ['EXEC']])
  expect(answers.at(-1)).toEqual(['OK', 'OK'])
  expect(await connection.pipeline([['DBSIZE'], ['GET', 'new']]).then(replies => replies.map(one => plain(one))))
    .toEqual([1, '"1"'])
})
