import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** Transactions that go on with another cache, or as somebody else. */
let larder: TestLarder
let connection: RedisConnection

async function make(path: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  return (await larder.send('POST', `/admin/${path}`, { body: JSON.stringify(body), headers })).json()
}

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  await make('caches', { name: 'db5', ttl: null, format: 'text' })
  await make('caches', { name: 'db6', ttl: null, format: 'text' })
})
beforeEach(async () => {
  connection = await connectRedis(portOf(larder))
  await connection.send('AUTH', ownerKey)
  return () => connection.close()
})
afterAll(() => larder.dispose())

async function transact(...commands: string[]): Promise<unknown> {
  const words = ['MULTI', ...commands, 'EXEC'].map(command => command.split(' '))
  return plain((await connection.pipeline(words)).at(-1) ?? null)
}

// Red: in src/main/redis/handlers/transactions.ts let `runAll` ask `converts` before its loop.
it.each([
  ['to one that converts', ['SELECT 5'], ['OK']],
  ['from one that converts to another', ['SELECT 5', 'SET a x', 'APPEND a y', 'SELECT 6'], ['OK', 'OK', 2, 'OK']],
  ['and back', ['SELECT 5', 'SET a x', 'APPEND a y', 'SELECT 0'], ['OK', 'OK', 2, 'OK']],
])('goes on with another cache in its order: %s', async (_, moves, moved) => {
  await connection.pipeline(['6', '5', '0'].flatMap(database => [['SELECT', database], ['DEL', 'a']]))
  const results = await transact(...moves, 'SET a 1', 'APPEND a 2', 'GET a', 'DEL a', 'GET a')
  expect(results).toEqual([...moved, 'OK', 2, '"12"', 1, null])
})

// Red: in src/main/redis/handlers/transactions.ts do not look at `movers`.
it('those that go on with the cache of each other all end, and lose nothing', async () => {
  // Beyond what is checked without a thread, so that others may come in between.
  const before = 'x'.repeat(5000)
  await connection.pipeline(['6', '5'].flatMap(database => [['SELECT', database], ['SET', 'a', before]]))
  const moving = (here: string, there: string): string => `SELECT ${here},MULTI,APPEND a x,SELECT ${there},APPEND a x,EXEC`
  const staying = 'SELECT 5,APPEND a x,SELECT 6,APPEND a x'
  const rounds = [moving('5', '6'), moving('6', '5'), staying, moving('5', '6'), moving('6', '5'), staying]
  await Promise.all(rounds.map(async (round) => {
    const { pipeline, close } = await connectRedis(portOf(larder))
    const lines = Array.from({ length: 10 }, () => round.split(',')).flat()
    await pipeline([`AUTH ${ownerKey}`, ...lines].map(line => line.split(' ')))
    close()
  }))
  const lengths = ['5', '6'].flatMap(database => [['SELECT', database], ['STRLEN', 'a']])
  expect(await connection.pipeline(lengths)).toEqual(['OK', before.length + 60, 'OK', before.length + 60])
})

// Red: in src/main/redis/visitors.ts make the calls of a transaction with the principal of EXEC.
it('each command has the rights of who has authenticated before it', async () => {
  const reader = await make('keys', { label: 'reader', scopes: ['read'] }) as { secret: string }
  const refused = expect.stringMatching(/^-NOPERM/)
  await connection.send('SET', 'a', 'before')
  expect(await transact(`AUTH ${reader.secret}`, 'GET a', 'SET a mine', `AUTH ${ownerKey}`, 'SET a owner', 'GET a'))
    .toEqual(['OK', '"before"', refused, 'OK', 'OK', '"owner"'])
})

// Red: in src/main/redis/executor.ts do not look at `inTransaction`.
it('is refused by a cache that is kept elsewhere, wherever it began', async () => {
  await make('connections', { name: 'other', driver: 'redis', url: 'redis://127.0.0.1:1' })
  await make('caches', { name: 'db7', ttl: 60, source: { connection: 'other' } })
  const refused = '-ERR not available: this cache keeps its entries in other'
  expect(await transact('SELECT 7', 'SET a 1', 'GET a')).toEqual(['OK', refused, refused])
})

describe('makes no cache', () => {
  const names = async (): Promise<string[]> =>
    (await larder.send('GET', '/admin/caches')).json<{ name: string }[]>().map(({ name }) => name)

  // Red: in src/main/redis/handlers/transactions.ts do not ask for the scope.
  it('for a key that may not write', async () => {
    const reader = await make('keys', { label: 'reader', scopes: ['read'] }) as { secret: string }
    await connection.pipeline([['AUTH', reader.secret], ['SELECT', '8']])
    expect(await transact('SET a 1')).toEqual([expect.stringMatching(/^-NOPERM/)])
    expect(await names()).not.toContain('db8')
  })

  // Red: in src/main/redis/handlers/transactions.ts do not ask for the switch.
  it('while caching is off', async () => {
    const turn = (enabled: boolean): Promise<unknown> => larder.send('PUT', '/admin/switch', {
      body: JSON.stringify({ enabled }),
      headers: { 'Content-Type': 'application/json' },
    })
    await connection.send('SELECT', '9')
    await turn(false)
    expect(await transact('SET a 1')).toEqual(['-ERR caching is switched off'])
    await turn(true)
    expect(await names()).not.toContain('db9')
    expect(await transact('SET a 1')).toEqual(['OK'])
    expect(await names()).toContain('db9')
  })
})
