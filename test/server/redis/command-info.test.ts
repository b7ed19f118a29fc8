import type { Reply } from '../../../src/main/base/resp'
import type { RedisConnection } from '../../helpers/redis-connection'
import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisCommandNames } from '../../../src/shared/redis/commands'
import { connectRedis } from '../../helpers/redis-connection'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** What Larder tells of its commands is what the real Redis tells of the same. */
let larder: TestLarder
let redis: RedisServer | undefined
let both: RedisConnection[]

beforeAll(async () => {
  redis = redisProgram.available ? await startRedis() : undefined
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  both = await Promise.all([portOf(larder), ...redis === undefined ? [] : [redis.port]].map(port => connectRedis(port)))
  await both[0]?.send('AUTH', ownerKey)
})
afterAll(async () => {
  both.forEach(connection => connection.close())
  await larder.dispose()
  await redis?.dispose()
})

/** Arity, flags, places of keys and categories; a redis-server 7.0 does not know all of 7.2. */
function facts(info: Reply): unknown {
  if (!Array.isArray(info))
    return null
  const [name, arity, flags, first, last, step, categories] = info.map(item => plain(item))
  return { name, arity, first, last, step, sets: [flags, categories].map(set => [...set as string[]].sort()) }
}

// Red: in src/shared/redis/ give a command another arity or flag; in
// src/main/redis/handlers/commands.ts leave out what `byName` says.
it.skipIf(!redisProgram.available)('what COMMAND INFO tells is what the real Redis tells', async () => {
  const [ours, theirs] = await Promise.all(both.map(async connection =>
    (await connection.send('COMMAND', 'INFO', ...redisCommandNames) as Reply[]).map(facts)))
  const known = redisCommandNames.flatMap((_, index) => theirs?.[index] === null ? [] : [index])
  expect(known.length).toBeGreaterThan(80)
  expect(known.map(index => ours?.[index])).toEqual(known.map(index => theirs?.[index]))
})

// Red: in src/main/redis/handlers/commands.ts answer COMMAND LIST without asking for a filter.
it.skipIf(!redisProgram.available).each([
  ['FILTERBY', 'PATTERN', 'set'],
  ['FILTERBY', 'PATTERN', 'GET*'],
  ['filterby', 'pattern', 'client|*name'],
  ['FILTERBY', 'ACLCAT', 'transaction'],
  ['FILTERBY', 'ACLCAT', 'nothing'],
  ['FILTERBY', 'MODULE', 'nothing'],
  ['FILTERBY', 'NO', 'set'],
  ['FILTERBY', 'PATTERN'],
  ['NO'],
])('by COMMAND LIST %s %s %s', async (...words) => {
  const [ours, theirs] = await Promise.all(both.map(connection => connection.send('COMMAND', 'LIST', ...words)))
  const names = new Set(redisCommandNames.map(name => `"${name}"`))
  const sorted = (reply: Reply): unknown => {
    const all = plain(reply)
    return Array.isArray(all) ? all.map(String).filter(name => names.has(name)).sort() : all
  }
  expect(sorted(ours ?? null)).toEqual(sorted(theirs ?? null))
})

// Red: in src/main/redis/command-keys.ts count `last` from the beginning, or leave out `step`.
it.skipIf(!redisProgram.available).each([
  ['GET', 'a'],
  ['set', 'a', 'b', 'EX', '1'],
  ['MSET', 'a', '1', 'b', '2'],
  ['MSET', 'a', '1', 'b'],
  ['DEL', 'a', 'b', 'a'],
  ['RENAME', 'a', 'b'],
  ['SINTERCARD', '2', 'a', 'b', 'LIMIT', '1'],
  ['SINTERCARD', '3', 'a', 'b'],
  ['SINTERCARD', '0', 'a', 'b'],
  ['SINTERCARD', 'x', 'a'],
  ['MEMORY', 'USAGE', 'a'],
  ['OBJECT', 'ENCODING', 'a'],
  ['PING', 'a'],
  ['CLIENT', 'ID'],
  ['NOSUCH', 'a'],
  ['__proto__', 'a'],
  ['GET', 'a', 'b'],
  ['GET'],
])('what COMMAND GETKEYS finds in %s %s %s %s', async (...words) => {
  const [ours, theirs] = await Promise.all(both.map(connection => connection.send('COMMAND', 'GETKEYS', ...words)))
  expect(plain(ours ?? null)).toEqual(plain(theirs ?? null))
})

// Red: in src/main/redis/handlers/commands.ts let createHelp() filter nothing.
it('every command with parts tells them on HELP', async () => {
  const withParts = new Set(redisCommandNames.filter(name => name.includes('|')).map(name => name.split('|')[0] ?? ''))
  expect(withParts.size).toBeGreaterThan(7)
  for (const command of withParts) {
    const [head, ...told] = await both[0]?.send(command, 'HELP') as Reply[]
    expect(head).toBe(`${command.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`)
    const parts = told.filter((_, index) => index % 2 === 0).map(part => `${command}|${String(part).toLowerCase()}`)
    expect(parts).toEqual(redisCommandNames.filter(name => name.startsWith(`${command}|`)))
  }
})

it('without a filter COMMAND LIST has all commands, and their parts', async () => {
  const told = await both[0]?.send('COMMAND', 'LIST') as Reply[]
  expect(told.map(String).sort()).toEqual([...redisCommandNames].sort())
})
