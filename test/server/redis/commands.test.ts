import type { Reply } from '../../../src/main/base/resp'
import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ReplyMap } from '../../../src/main/base/resp'
import { redisCommandNames } from '../../../src/shared/redis/commands'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** What commands answer, over both versions of the protocol; differential.test.ts has the rest. */
let larder: TestLarder
let connection: RedisConnection

/** Commands before, the command, and its answer over RESP 2; over RESP 3 if that is another. */
type Case = [before: string[], command: string, resp2: unknown, resp3?: unknown]

const same = (reply: unknown): unknown => expect.stringMatching(new RegExp(String(reply)))
const cases: Case[] = [
  [[], 'PING', 'PONG'],
  [[], 'PING hello', '"hello"'],
  [[], 'PING a b', '-ERR wrong number of arguments for \'ping\' command'],
  [[], 'ECHO hello', '"hello"'],
  [[], 'GET nothing', null],
  [['SET a 1'], 'GET a', '"1"'],
  [['SET a 1'], 'MGET a b a', ['"1"', null, '"1"']],
  [['SET a text'], 'INCR a', '-ERR value is not an integer or out of range'],
  [['SET a 9223372036854775807'], 'INCR a', '-ERR increment or decrement would overflow'],
  [['SET a 10.5'], 'INCRBYFLOAT a 0.1', '"10.6"'],
  [['SET a 1 EX 100'], 'TTL a', 100],
  [['SET a 1 EX 100', 'SET a 2 KEEPTTL'], 'TTL a', 100],
  [['SET a 1 EX 100', 'SET a 2'], 'TTL a', -1],
  [['SET a 1 EX 100', 'APPEND a 2'], 'TTL a', 100],
  [['SET a 1 EX 100', 'RENAME a b'], 'TTL b', 100],
  [['SET a 1 EX 100', 'EXPIRE a 200 LT'], 'TTL a', 100],
  [['SET a 1 EX 100', 'EXPIRE a 0'], 'EXISTS a', 0],
  [['SET a 1', 'PEXPIRE a -9223372036854775808'], 'EXISTS a', 0],
  [['SET a 1'], 'SET a 2 NX GET', '"1"'],
  [['SET a 1', 'SET a 2 IFEQ 1'], 'GET a', '"2"'],
  [['SET a 1', 'SET a 2 IFEQ 3'], 'GET a', '"1"'],
  [['SET a 1'], 'SET a 2 IFEQ 3', null],
  [[], 'SET a 2 IFEQ 1', null],
  [['SET a 1'], 'SET a 2 IFEQ 3 GET', '"1"'],
  [[], 'SET a 2 NX IFEQ 1', '-ERR syntax error'],
  [[], 'SET a 2 IFEQ', '-ERR syntax error'],
  [['SET a 1'], 'DELEX a', 1],
  [['SET a 1'], 'DELEX a IFEQ 2', 0],
  [['SET a 1'], 'DELEX a IFEQ 1', 1],
  [[], 'DELEX a IFEQ 1', 0],
  [[], 'DELEX a IFNO 1', '-ERR syntax error'],
  [[], 'DELEX a IFEQ', '-ERR wrong number of arguments for \'delex\' command'],
  [['SET a 1 EXAT 4000000000'], 'EXPIRETIME a', 4_000_000_000],
  // A millisecond more or less.
  [['SET a 1 PXAT 4000000000123'], 'PEXPIRETIME a', expect.closeTo(4_000_000_000_123, -1)],
  [['SET a 1'], 'TYPE a', 'string'],
  [['SET a 1'], 'OBJECT ENCODING a', '"int"'],
  [['SET a text'], 'OBJECT ENCODING a', '"embstr"'],
  [['SET a text', 'GET a', 'GET a'], 'OBJECT FREQ a', 2],
  [['SET a text'], 'OBJECT IDLETIME a', 0],
  [['SET a text'], 'MEMORY USAGE a', 61],
  [[], 'MEMORY USAGE a', null],
  [[], 'SCAN 77', '-ERR invalid cursor'],
  [['SET a 1'], 'RANDOMKEY', '"a"'],
  [[], 'RANDOMKEY', null],
  [['SET a 1', 'SET b 2'], 'DBSIZE', 2],
  [['SET a 1', 'FLUSHDB'], 'DBSIZE', 0],
  [['SET a 1', 'SELECT 3', 'SET b 2', 'FLUSHALL', 'SELECT 0'], 'DBSIZE', 0],
  [['SET a 1', 'SELECT 3'], 'GET a', null],
  [['SET a 1', 'COPY a b DB 5', 'SELECT 5'], 'GET b', '"1"'],
  [[], 'SELECT 16', '-ERR DB index is out of range'],
  [[], 'WAIT 0 0', 0],
  [[], 'LATENCY RESET', 0],
  [[], 'SLOWLOG GET', []],
  [[], 'SLOWLOG LEN', 0],
  [[], 'SLOWLOG RESET', 'OK'],
  [[], 'CONFIG RESETSTAT', 'OK'],
  [[], 'CONFIG SET maxmemory 1', 'OK'],
  [[], 'CONFIG GET appendonly', ['"appendonly"', '"no"'], { map: ['"appendonly"', '"no"'] }],
  [[], 'CLUSTER INFO', '-ERR This instance has cluster support disabled'],
  [[], 'SENTINEL masters', '-ERR unknown command \'SENTINEL\', with args beginning with: \'masters\' '],
  [[], 'CLIENT MAINT_NOTIFICATIONS ON', '-ERR unknown subcommand \'MAINT_NOTIFICATIONS\'. Try CLIENT HELP.'],
  [[], 'CLIENT SETINFO lib-name test', 'OK'],
  [['CLIENT SETINFO lib-name test', 'CLIENT SETNAME me'], 'CLIENT INFO', same('name=me .*lib-name=test')],
  [[], 'CLIENT LIST', same('^"id=\\d+ addr=127.0.0.1:\\d+ ')],
  [[], 'CLIENT NO-TOUCH ON', 'OK'],
  [[], 'CLIENT NO-EVICT maybe', '-ERR syntax error'],
  [[], 'CLIENT KILL ID 999999', 0],
  [[], 'INFO server', same('redis_version:7.2')],
  [['MULTI', 'SET a 1', 'INCR a'], 'EXEC', ['OK', 2]],
  [['MULTI', 'NOSUCH'], 'EXEC', '-EXECABORT Transaction discarded because of previous errors.'],
  [['WATCH a', 'SET a 1', 'MULTI', 'PING'], 'EXEC', null],
  [['SET a 1', 'WATCH a', 'EXPIRE a 100', 'MULTI', 'PING'], 'EXEC', null],
  [['WATCH a', 'SET a 1', 'UNWATCH', 'MULTI', 'PING'], 'EXEC', ['PONG']],
  [['SET a 1', 'WATCH a', 'GETEX a PERSIST', 'MULTI', 'PING'], 'EXEC', ['PONG']],
  [['SET a 1 EX 9', 'WATCH a', 'GETEX a PERSIST', 'MULTI', 'PING'], 'EXEC', null],
  [['MULTI'], 'MULTI', '-ERR MULTI calls can not be nested'],
  [['MULTI'], 'WATCH a', '-ERR WATCH inside MULTI is not allowed'],
  [[], 'EXEC', '-ERR EXEC without MULTI'],
  [[], 'COMMAND COUNT', redisCommandNames.filter(name => !name.includes('|')).length],
  [[], 'RESET', 'RESET'],
  [[`CLIENT SETNAME ${'n'.repeat(1024)}`], 'CLIENT GETNAME', `"${'n'.repeat(1024)}"`],
  [[], `CLIENT SETNAME ${'n'.repeat(1025)}`, '-ERR Client names can have 1024 bytes at most'],
  [[], `CLIENT SETINFO lib-ver ${'n'.repeat(1025)}`, '-ERR lib-ver can have 1024 bytes at most'],
  [[], 'CLIENT SETINFO lib-name \u00E9', '-ERR lib-name cannot contain spaces, newlines or special characters.'],
  [['CLIENT SETNAME __proto__'], 'CLIENT GETNAME', '"__proto__"'],
  [[], 'CLIENT KILL constructor x', '-ERR syntax error'],
  [[], 'COMMAND LIST FILTERBY constructor x', '-ERR syntax error'],
  [[], 'COMMAND INFO __proto__ constructor', [null, null]],
  [[], 'CONFIG GET __proto__', [], { map: [] }],
  [[], 'INFO __proto__', '""'],
  [['SET __proto__ 1', 'SET constructor 2'], 'MGET __proto__ constructor toString', ['"1"', '"2"', null]],
  [['SET a 1'], 'SET a 2 __proto__', '-ERR syntax error'],
  [[], 'CONSTRUCTOR', '-ERR unknown command \'CONSTRUCTOR\', with args beginning with: '],
  [[], '__proto__ a', '-ERR unknown command \'__proto__\', with args beginning with: \'a\' '],
  [[], 'CLIENT __proto__', '-ERR unknown subcommand \'__proto__\'. Try CLIENT HELP.'],
  [[], 'QUIT', 'OK'],
]

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
})
beforeEach(async () => {
  connection = await connectRedis(portOf(larder))
})
afterEach(() => connection.close())
afterAll(() => larder.dispose())

const words = (command: string): string[] => command.split(' ')

describe.each([['2'], ['3']])('over RESP %s', (protocol) => {
  // Red: in src/main/redis/handlers leave out what a command does, or answer it in another kind.
  it.each(cases)('%j, then %s', async (before, command, resp2, resp3 = resp2) => {
    await connection.pipeline([['HELLO', protocol, 'AUTH', 'default', ownerKey], ['FLUSHALL'], ...before.map(words)])
    const reply = plain(await connection.send(...words(command)))
    expect(reply).toEqual(protocol === '3' ? resp3 : resp2)
  })
})

it('a SCAN finds every key once, in pages of any size', async () => {
  await connection.send('AUTH', ownerKey)
  await connection.send('FLUSHALL')
  const keys = Array.from({ length: 250 }, (_, index) => `key:${index}`)
  await connection.pipeline(keys.map(key => ['SET', key, 'v']))
  const found: string[] = []
  let cursor = '0'
  do {
    const [next, page] = await connection.send('SCAN', cursor, 'COUNT', '17') as [Buffer, Buffer[]]
    cursor = String(next)
    found.push(...page.map(String))
  } while (cursor !== '0')
  expect(found.sort()).toEqual(keys.sort())
})

// Red: in src/main/redis/handlers/connection.ts answer HELLO with an array, or leave out the id.
it('hELLO answers a map of seven fields', async () => {
  const fields = (protocol: number): unknown[] => [
    ...['"server"', '"redis"', '"version"', same('^"7\\.2')],
    ...['"proto"', protocol, '"id"', expect.any(Number)],
    ...['"mode"', '"standalone"', '"role"', '"master"', '"modules"', []],
  ]
  expect(plain(await connection.send('HELLO', '2', 'AUTH', 'default', ownerKey))).toEqual(fields(2))
  expect(plain(await connection.send('HELLO', '3'))).toEqual({ map: fields(3) })
})

// Red: in src/main/redis/handlers/commands.ts leave the parts out, or find no part by its name.
it('every command is known to COMMAND INFO and COMMAND DOCS', async () => {
  await connection.send('HELLO', '3', 'AUTH', 'default', ownerKey)
  const names = redisCommandNames.filter(name => !name.includes('|'))
  const told = (await connection.send('COMMAND') as Reply[][]).map(([name]) => String(name))
  expect(told.sort()).toEqual([...names].sort())
  expect(plain(await connection.send('COMMAND', 'INFO', 'mset', 'nosuch')))
    .toEqual([['"mset"', -3, ['write', 'denyoom'], 1, -1, 2, ['@string', '@write', '@slow'], [], [], []], null])
  expect(plain(await connection.send('COMMAND', 'DOCS', 'client|id'))).toEqual({ map: ['"client|id"', {
    map: ['"summary"', '"Tells the number of the connection."', '"since"', '"5.0.0"', '"group"', '"connection"'],
  }] })
})

// Red: in src/main/redis/handlers/connection.ts let RESET begin with another library.
it('rESET keeps the library, and no name', async () => {
  await connection.pipeline(['AUTH', 'CLIENT SETNAME', 'CLIENT SETINFO lib-name'].map(command =>
    [...command.split(' '), command === 'AUTH' ? ownerKey : 'mine']))
  expect(await connection.send('RESET')).toBe('RESET')
  await connection.send('AUTH', ownerKey)
  expect(String(await connection.send('CLIENT', 'INFO'))).toMatch(/ name= .* lib-name=mine /)
})

// Red: in src/main/redis/handlers/commands.ts leave the parts out of what one tells of a command.
it('what is told of a command has its parts', async () => {
  await connection.send('AUTH', ownerKey)
  const parts = redisCommandNames.filter(name => name.startsWith('client|')).sort()
  const [info] = await connection.send('COMMAND', 'INFO', 'client') as Reply[][]
  expect((info?.[9] as Reply[][]).map(([name]) => String(name)).sort()).toEqual(parts)
  const [, docs] = await connection.send('COMMAND', 'DOCS', 'client') as Reply[][]
  expect((docs?.[7] as Reply[]).filter((_, index) => index % 2 === 0).map(String).sort()).toEqual(parts)
})

it('after CLIENT REPLY answers are left out', async () => {
  await connection.send('AUTH', ownerKey)
  const [pong] = await connection.raw('CLIENT REPLY SKIP\r\nPING one\r\nPING two\r\n', 1)
  expect(plain(pong as Reply)).toBe('"two"')
  const [on, last] = await connection.raw('CLIENT REPLY OFF\r\nPING one\r\nCLIENT REPLY ON\r\nPING three\r\n', 2)
  expect([on, plain(last as Reply)]).toEqual(['OK', '"three"'])
})

// Red: in src/main/redis/handlers/transactions.ts return the answers without their protocol.
it('a HELLO in a transaction changes the protocol from its own answer on', async () => {
  await connection.send('AUTH', ownerKey)
  const replies = await connection.pipeline(['MULTI', 'GET none', 'HELLO 3', 'GET none', 'HELLO 2', 'EXEC'].map(words))
  const [before, map, after, array] = replies.at(-1) as Reply[]
  expect([before, after]).toEqual([null, null])
  expect([map, array].map(reply => reply instanceof ReplyMap)).toEqual([true, false])
})
