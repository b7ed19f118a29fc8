import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
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

// Red: in src/main/redis/handlers/transactions.ts let `runAll` ask `converts` once, before its loop.
it.each([
  ['to one that converts', ['SELECT 5']],
  ['from one that converts to another', ['SELECT 5', 'SET a x', 'SELECT 6']],
  ['and back', ['SELECT 5', 'SET a x', 'SELECT 0']],
])('goes on with another cache in its order: %s', async (_, moves) => {
  await connection.pipeline([['SELECT', '6'], ['DEL', 'a'], ['SELECT', '5'], ['DEL', 'a'], ['SELECT', '0'], ['DEL', 'a']])
  const results = await transact(...moves, 'SET a 1', 'APPEND a 2', 'GET a', 'DEL a', 'GET a')
  expect(results).toEqual([...moves.map(() => 'OK'), 'OK', 2, '"12"', 1, null])
})

// Red: in src/main/redis/handlers/transactions.ts give the turn to one that goes on with another cache.
it('two that go on with the cache of each other both end', async () => {
  const other = await connectRedis(portOf(larder))
  await other.send('AUTH', ownerKey)
  const rounds = Array.from({ length: 20 }, () =>
    [['MULTI'], ['SET', 'a', '1'], ['APPEND', 'a', '2'], ['SELECT', '6'], ['SET', 'a', '1'], ['EXEC'], ['SELECT', '5']])
  const swapped = rounds.map(round => round.map(words => words.map(word => ({ 5: '6', 6: '5' })[word] ?? word)))
  await Promise.all([connection.send('SELECT', '5'), other.send('SELECT', '6')])
  const results = await Promise.all([connection.pipeline(rounds.flat()), other.pipeline(swapped.flat())])
  expect(plain(results[0][5] ?? null)).toEqual(['OK', expect.any(Number), 'OK', 'OK'])
  other.close()
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
