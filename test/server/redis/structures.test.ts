import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisCommandNames, redisCommands } from '../../../src/shared/redis/commands'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** Hashes and sets: what each of their commands answers, and what other commands make of them. */
let larder: TestLarder
let connection: RedisConnection

/** Commands before, the command, and its answer over RESP 2; over RESP 3 if that is another. */
type Case = [before: string[], command: string, resp2: unknown, resp3?: unknown]

const wrongKind = '-WRONGTYPE Operation against a key holding the wrong kind of value'
const hash = 'HSET h f 1 g two'
const set = 'SADD s a b'

const cases: Case[] = [
  [[], 'HSET h f 1 g two', 2],
  [[hash], 'HSET h f 9 new 3 new 4', 1],
  [[], 'HSET h f', '-ERR wrong number of arguments for \'hset\' command'],
  [[], 'HSET h f 1 g', '-ERR wrong number of arguments for \'hset\' command'],
  [[hash, 'HSET h f 9 f 8'], 'HGET h f', '"8"'],
  [[], 'HMSET h f 1', 'OK'],
  [[hash], 'HSETNX h f 2', 0],
  [[hash], 'HSETNX h x 2', 1],
  [[hash], 'HGET h g', '"two"'],
  [[hash], 'HGET h x', null],
  [[], 'HGET h x', null],
  [[hash], 'HMGET h g x g', ['"two"', null, '"two"']],
  [[hash], 'HGETALL h', ['"f"', '"1"', '"g"', '"two"'], { map: ['"f"', '"1"', '"g"', '"two"'] }],
  [[], 'HGETALL h', [], { map: [] }],
  [[hash, 'HDEL h f'], 'HGETALL h', ['"g"', '"two"'], { map: ['"g"', '"two"'] }],
  [[hash], 'HDEL h f x g', 2],
  [[hash, 'HDEL h f g'], 'EXISTS h', 0],
  [[hash], 'HEXISTS h f', 1],
  [[hash], 'HEXISTS h x', 0],
  [[hash], 'HLEN h', 2],
  [[hash], 'HSTRLEN h g', 3],
  [[hash], 'HKEYS h', ['"f"', '"g"']],
  [[hash], 'HVALS h', ['"1"', '"two"']],
  [[hash], 'HINCRBY h f 41', 42],
  [[hash], 'HINCRBY h g 1', '-ERR hash value is not an integer'],
  [['HSET h f 9223372036854775807'], 'HINCRBY h f 1', '-ERR increment or decrement would overflow'],
  [[hash], 'HINCRBYFLOAT h f 0.5', '"1.5"'],
  [[hash], 'HINCRBYFLOAT h g 0.5', '-ERR hash value is not a float'],
  [[hash], 'HINCRBYFLOAT h f inf', '-ERR value is NaN or Infinity'],
  [['HSET h f 1'], 'HRANDFIELD h', '"f"'],
  [['HSET h f 1'], 'HRANDFIELD h 5', ['"f"']],
  [['HSET h f 1'], 'HRANDFIELD h -2', ['"f"', '"f"']],
  [['HSET h f 1'], 'HRANDFIELD h -2 WITHVALUES', ['"f"', '"1"', '"f"', '"1"'], [['"f"', '"1"'], ['"f"', '"1"']]],
  [[], 'HRANDFIELD h', null],
  [[], 'HRANDFIELD h 2', []],
  [['HSET h f 1'], 'HRANDFIELD h -9223372036854775807', expect.stringMatching('^-ERR the answer is too large')],
  [[hash], 'HSCAN h 0', ['"0"', ['"f"', '"1"', '"g"', '"two"']]],
  [[hash], 'HSCAN h 0 MATCH g* COUNT 1', ['"0"', ['"g"', '"two"']]],
  [[hash], 'HSCAN h 0 TYPE hash', '-ERR syntax error'],
  [[], 'SADD s a b a', 2],
  [[set], 'SADD s b c', 1],
  [[set], 'SREM s b x', 1],
  [[set, 'SREM s a b'], 'EXISTS s', 0],
  [[set], 'SMEMBERS s', ['"a"', '"b"']],
  [[], 'SMEMBERS s', []],
  [[set], 'SISMEMBER s a', 1],
  [[set], 'SISMEMBER s x', 0],
  [[set], 'SMISMEMBER s a x b', [1, 0, 1]],
  [[], 'SMISMEMBER s a', [0]],
  [[set], 'SCARD s', 2],
  [['SADD s a'], 'SPOP s', '"a"'],
  [['SADD s a'], 'SPOP s 5', ['"a"']],
  [['SADD s a', 'SPOP s'], 'EXISTS s', 0],
  [[set, 'SPOP s'], 'SCARD s', 1],
  [[], 'SPOP s', null],
  [[], 'SPOP s -1', '-ERR value is out of range, must be positive'],
  [['SADD s a'], 'SRANDMEMBER s', '"a"'],
  [['SADD s a'], 'SRANDMEMBER s 3', ['"a"']],
  [['SADD s a'], 'SRANDMEMBER s -3', ['"a"', '"a"', '"a"']],
  [[set, 'SADD t x'], 'SMOVE s t a', 1],
  [[set, 'SMOVE s t a', 'SMOVE s t b'], 'SMEMBERS t', ['"a"', '"b"']],
  [[set, 'SMOVE s t a', 'SMOVE s t b'], 'EXISTS s', 0],
  [[set], 'SMOVE s t x', 0],
  [[set], 'SMOVE s s a', 1],
  [[set, 'SADD t b c'], 'SINTER s t', ['"b"']],
  [[set, 'SADD t b c'], 'SUNION s t none', ['"a"', '"b"', '"c"']],
  [[set, 'SADD t b c'], 'SDIFF s t', ['"a"']],
  [[set], 'SINTER s none', []],
  [[set, 'SADD t b a'], 'SINTERCARD 2 s t LIMIT 1', 1],
  [[set, 'SADD t b a'], 'SINTERCARD 2 s t', 2],
  [[set], 'SINTERCARD 0 s', '-ERR numkeys should be greater than 0'],
  [[set, 'SADD t b c'], 'SINTERSTORE u s t', 1],
  [[set, 'SADD t b c', 'SUNIONSTORE u s t'], 'SMEMBERS u', ['"a"', '"b"', '"c"']],
  [[set, 'SADD t b c', 'SDIFFSTORE s s t'], 'SMEMBERS s', ['"a"']],
  [[set, 'SET u text', 'SINTERSTORE u s none'], 'EXISTS u', 0],
  [[set], 'SSCAN s 0', ['"0"', ['"a"', '"b"']]],
  [[set], 'SSCAN s x', '-ERR invalid cursor'],
  [[hash], 'TYPE h', 'hash'],
  [[set], 'TYPE s', 'set'],
  [[hash, set, 'SET a 1'], 'SCAN 0 TYPE hash', ['"0"', ['"h"']]],
  [[hash, set, 'SET a 1'], 'SCAN 0 TYPE set', ['"0"', ['"s"']]],
  [[hash], 'OBJECT ENCODING h', '"listpack"'],
  [[`HSET h f ${'x'.repeat(65)}`], 'OBJECT ENCODING h', '"hashtable"'],
  [[set], 'OBJECT ENCODING s', '"listpack"'],
  [['SADD s 1 2'], 'OBJECT ENCODING s', '"intset"'],
  // The key, a head of five bytes, eight with their lengths, and what an entry costs.
  [[hash], 'MEMORY USAGE h', 1 + 5 + (1 + 1 + 1 + 1) + (1 + 1 + 1 + 3) + 56],
  [[hash, 'COPY h i', 'HSET h f 9'], 'HGET i f', '"1"'],
  [[hash, 'RENAME h i'], 'HGET i g', '"two"'],
  [[hash, 'EXPIRE h 100', 'HSET h f 2'], 'TTL h', 100],
  [[set, 'EXPIRE s 100', 'SADD s c', 'SREM s a', 'SPOP s'], 'TTL s', 100],
  [[set, 'EXPIRE s 0'], 'SMEMBERS s', []],
  [[set, 'EXPIRE s 100', 'SUNIONSTORE s s'], 'TTL s', -1],
  [[hash], 'DEL h', 1],
  [[hash, 'SET h text'], 'TYPE h', 'string'],
  [[hash], 'SET h text GET', wrongKind],
  [[hash], 'SETNX h text', 0],
  [[hash], 'MGET h', [null]],
  [['MULTI', hash, 'HGETALL h', 'HSET h f 9', 'SADD s a', 'SMEMBERS s'], 'EXEC', [
    ...[2, ['"f"', '"1"', '"g"', '"two"'], 0, 1, ['"a"']],
  ], [2, { map: ['"f"', '"1"', '"g"', '"two"'] }, 0, 1, ['"a"']]],
  [[hash, 'WATCH h', 'HSET h f 2', 'MULTI', 'PING'], 'EXEC', null],
  [[set, 'WATCH s', 'SADD s a', 'MULTI', 'PING'], 'EXEC', ['PONG']],
  [[hash, 'SELECT 3'], 'HGETALL h', [], { map: [] }],
]

/** Commands that are refused at a key of another kind: as they are sent to it. */
const strings = ['GET k', 'GETSET k v', 'GETDEL k', 'GETEX k', 'STRLEN k', 'GETRANGE k 0 1', 'APPEND k v', 'INCR k']
const more = ['SETRANGE k 0 v', 'INCRBYFLOAT k 1', 'SUBSTR k 0 1', 'DECRBY k 2']
const special: Readonly<Record<string, string>> = {
  sintercard: 'SINTERCARD 1 k',
  sinterstore: 'SINTERSTORE to k',
  sunionstore: 'SUNIONSTORE to k',
  sdiffstore: 'SDIFFSTORE to k',
  hincrby: 'HINCRBY k f 1',
  hincrbyfloat: 'HINCRBYFLOAT k f 1',
  hscan: 'HSCAN k 0',
  sscan: 'SSCAN k 0',
}
function commandsOf(group: string): string[] {
  return redisCommandNames.filter(name => redisCommands[name].group === group).map(name =>
    special[name] ?? [name, 'k', 'f', 'v', 'w'].slice(0, Math.abs(redisCommands[name].arity)).join(' '))
}

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

describe.each([
  ['a hash', 'HSET k f v', [...strings, ...more, ...commandsOf('set')]],
  ['a set', 'SADD k f v', [...strings, ...more, ...commandsOf('hash')]],
  ['a string', 'SET k v', [...commandsOf('hash'), ...commandsOf('set')]],
])('%s', (_, made, commands) => {
  // Red: in src/main/redis/structures.ts, or handlers/shared.ts, do not look at the kind.
  it.each(commands.map(command => [command]))('is nothing for %s', async (command) => {
    await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL'], words(made)])
    const [kind, size] = [await connection.send('TYPE', 'k'), await connection.send('MEMORY', 'USAGE', 'k')]
    expect(plain(await connection.send(...words(command)))).toBe(wrongKind)
    expect([await connection.send('TYPE', 'k'), await connection.send('MEMORY', 'USAGE', 'k')]).toEqual([kind, size])
  })
})

// Red: in src/main/redis/handlers/sets.ts answer an array in place of a set.
it.each([['SMEMBERS s', '~'], ['SINTER s', '~'], ['SPOP s 5', '~'], ['SRANDMEMBER s 5', '*'], ['HGETALL s', '%']])(
  '%s is answered as %s of RESP 3',
  async (command, sign) => {
    const socket = connect(portOf(larder), '127.0.0.1')
    const made = command.startsWith('H') ? 'HSET s a b' : 'SADD s a'
    const told = await new Promise<string>((resolve, reject) => {
      let text = ''
      socket.on('error', reject).setEncoding('latin1').on('data', (piece) => {
        text += String(piece)
        if (text.includes('+PONG\r\n'))
          resolve(text)
      })
      socket.write(`HELLO 3 AUTH default ${ownerKey}\r\nFLUSHALL\r\n${made}\r\n${command}\r\nPING\r\n`)
    })
    socket.destroy()
    expect(told).toContain(`+OK\r\n:1\r\n${sign}1\r\n`)
  },
)

it('a hash holds bytes of any kind', async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const long = Buffer.alloc(70_000, 'long')
  await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL'], ['HSET', 'h', all, long, long, all, '', '']])
  expect(await connection.send('HMGET', 'h', all, long, '')).toEqual([long, all, Buffer.alloc(0)])
})

// Red: in src/main/redis/handlers/structure-scans.ts make the last page end before all hashes.
it.each([['HSCAN', 'HSET', 2], ['SSCAN', 'SADD', 1]] as const)(
  '%s finds what stays exactly once, whatever comes and goes',
  async (scan, add, width) => {
    const names = Array.from({ length: 3000 }, (_, index) => `name:${index}`)
    const stored = names.flatMap(name => width === 2 ? [name, 'v'] : [name])
    await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL'], [add, 'k', ...stored]])
    const found: string[] = []
    let cursor = '0'
    let pages = 0
    do {
      const [next, page] = await connection.send(scan, 'k', cursor, 'COUNT', '100') as [Buffer, Buffer[]]
      cursor = String(next)
      found.push(...page.filter((_, index) => index % width === 0).map(String))
      await connection.send(add, 'k', `other:${pages}`, ...width === 2 ? ['v'] : [])
      await connection.send(width === 2 ? 'HDEL' : 'SREM', 'k', `other:${pages - 1}`)
      pages++
    } while (cursor !== '0')
    expect(found.filter(name => name.startsWith('name:')).sort()).toEqual(names.sort())
    expect(pages).toBeGreaterThan(10)
  },
)

// Red: in src/main/redis/handlers/random-items.ts choose the first ones.
it.each([['SRANDMEMBER', 'SADD k a b c'], ['HRANDFIELD', 'HSET k a 1 b 2 c 3']])(
  '%s answers each item at some time, and different ones at once',
  async (command, made) => {
    await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL'], words(made)])
    const replies = await connection.pipeline(Array.from({ length: 200 }, () => [command, 'k', '2'])) as Buffer[][]
    const pairs = new Set(replies.map(reply => reply.map(String).sort().join()))
    expect([...pairs].sort()).toEqual(['a,b', 'a,c', 'b,c'])
  },
)

describe('a value that would be too large', () => {
  const limit = 16 * 1024 * 1024
  const large = 'x'.repeat(limit - 100)

  // Red: in src/main/redis/structures.ts leave out the comparison with the limit.
  it.each([
    ['HSET', ['HSET', 'k', 'f', large], ['HSET', 'k', 'g', 'x'.repeat(200)]],
    ['HSET over a field', ['HSET', 'k', 'f', large, 'g', 'x'], ['HSET', 'k', 'g', 'x'.repeat(200)]],
    ['SADD', ['SADD', 'k', large], ['SADD', 'k', 'x'.repeat(200)]],
    ['SMOVE', ['SADD', 'k', large], ['SMOVE', 'from', 'k', 'y'.repeat(200)]],
    ['SUNIONSTORE', ['SADD', 'k', large], ['SUNIONSTORE', 'k', 'k', 'from']],
  ])('is refused by %s, and nothing changes', async (_, made, command) => {
    await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL'], ['SADD', 'from', 'y'.repeat(200)], made])
    const size = await connection.send('MEMORY', 'USAGE', 'k')
    expect(plain(await connection.send(...command))).toBe(`-ERR the value is too large: a value may have ${limit} bytes`)
    expect(await connection.send('MEMORY', 'USAGE', 'k')).toBe(size)
    expect(await connection.send('SCARD', 'from')).toBe(1)
  })
})
