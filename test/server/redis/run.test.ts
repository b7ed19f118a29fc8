import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'

/** `redis.run`: lines that people type, while nothing listens for Redis clients. */
let larder: TestLarder
const secrets: Record<string, string> = {}

const json = { 'Content-Type': 'application/json' }

interface Ran { at: string, replies: { line: string, reply: string, bytes: number, logged: object[] }[] }

function send(lines: readonly string[], more: object = {}, secret?: string): Promise<Answer> {
  const body = JSON.stringify({ cache: 'shop', lines, ...more })
  return secret === undefined
    ? larder.send('POST', '/admin/redis', { headers: json, body })
    : larder.sendOpen('POST', '/admin/redis', { headers: { ...json, 'Api-Key': secret }, body })
}

async function run(lines: readonly string[], more: object = {}, secret?: string): Promise<string[]> {
  const answer = await send(lines, more, secret)
  expect(answer.status, answer.text).toBe(200)
  return answer.json<Ran>().replies.map(({ reply }) => Buffer.from(reply, 'base64').toString('latin1'))
}

beforeAll(async () => {
  larder = await startLarder()
  await larder.send('POST', '/admin/caches', { headers: json, body: '{"name":"shop","ttl":null}' })
  for (const [label, more] of Object.entries({
    reader: { scopes: ['read'] },
    writer: { scopes: ['write'] },
    elsewhere: { scopes: ['write'], caches: ['default'] },
  })) {
    const made = await larder.send('POST', '/admin/keys', { headers: json, body: JSON.stringify({ label, ...more }) })
    secrets[label] = made.json<{ secret: string }>().secret
  }
})
afterAll(() => larder.dispose())

describe('lines of the Redis protocol', () => {
  it('run in a cache, one after the other, though no port listens', async () => {
    expect(larder.redisUrl).toBeNull()
    expect(await run(['SET "a b" "1\\xff"', 'GET "a b"', 'strlen \'a b\'', 'GET none']))
      .toEqual(['+OK\r\n', '$2\r\n1\xFF\r\n', ':2\r\n', '$-1\r\n'])
    expect(await run(['SET ü à', 'GET ü'])).toEqual(['+OK\r\n', `$2\r\n${Buffer.from('à').toString('latin1')}\r\n`])
  })

  it('speak both versions of the protocol', async () => {
    expect(await run(['GET none', 'CONFIG GET maxmemory-policy'], { protocol: 3 }))
      .toEqual(['_\r\n', expect.stringMatching(/^%1\r\n/)])
    expect(await run(['HELLO 3', 'GET none'])).toEqual([expect.stringMatching(/^%7\r\n/), '_\r\n'])
  })

  // Red: in src/main/redis/line-runner.ts make a session for each line.
  it('share a connection: its transaction and its database', async () => {
    expect(await run(['SET n 1', 'MULTI', 'INCR n', 'EXEC']))
      .toEqual(['+OK\r\n', '+OK\r\n', '+QUEUED\r\n', '*1\r\n:2\r\n'])
    expect(await run(['SELECT 3', 'SET x 3', 'SELECT 0', 'EXISTS x']))
      .toEqual(['+OK\r\n', '+OK\r\n', '+OK\r\n', ':0\r\n'])
    expect(await run(['EXEC'])).toEqual(['-ERR EXEC without MULTI\r\n'])
  })

  it('end with QUIT', async () => {
    expect(await run(['PING', 'QUIT', 'PING'])).toEqual(['+PONG\r\n', '+OK\r\n'])
  })

  // Red: in src/main/redis/line-runner.ts leave the command out of `needConnection`.
  it.each([
    'MONITOR',
    'subscribe a',
    'PSUBSCRIBE a*',
    'ssubscribe a',
    'UNSUBSCRIBE',
    'PUNSUBSCRIBE',
    'SUNSUBSCRIBE',
    'CLIENT  TRACKING ON',
    'CLIENT REPLY OFF',
  ])('%s says that it needs a connection, and the next line runs', async (line) => {
    expect(await run([line, 'PING'])).toEqual([
      `-ERR ${line.toUpperCase().split(/ +/).slice(0, line.startsWith('CLIENT') ? 2 : 1).join(' ')} needs a connection that stays open: use redis-cli, or your app\r\n`,
      '+PONG\r\n',
    ])
  })

  it.each([
    ['GET "a', 'ERR unbalanced quotes'],
    [' ', 'ERR empty command'],
    ['NONSENSE 1', 'ERR unknown command'],
    ['GET', 'ERR wrong number of arguments'],
  ])('%j is answered %s', async (line, words) => {
    expect((await run([line]))[0]).toContain(`-${words}`)
  })

  // Red: in src/main/redis/line-runner.ts let `principal` of the session be the anonymous one.
  it('have the rights of the caller', async () => {
    const refused = expect.stringMatching(/^-NOPERM /)
    expect(await run(['SET r 1', 'EXISTS r'], {}, secrets.reader)).toEqual([refused, ':0\r\n'])
    expect(await run(['SET r 1', 'GET r', 'INCR r'], {}, secrets.writer)).toEqual(['+OK\r\n', refused, refused])
  })

  // Red: in src/main/redis/line-runner.ts drop `check(run, context)`.
  it('are refused as a whole without the cache, or without a key', async () => {
    expect((await send(['PING'], {}, secrets.elsewhere)).json()).toMatchObject({ code: 'out-of-scope' })
    expect((await send(['PING'], { cache: '__proto__' })).json()).toMatchObject({ code: 'cache-not-found' })
    expect((await larder.sendOpen('POST', '/admin/redis', { headers: json, body: '{}' })).status).toBe(401)
    expect(await run(['GET none'], { cache: 'db5' })).toEqual(['$-1\r\n'])
  })

  it('are refused beyond the limits, by the field', async () => {
    const many = Array.from<string>({ length: 101 }).fill('PING')
    for (const [lines, more, field] of [
      [many, {}, 'lines'],
      [[], {}, 'lines'],
      [['x'.repeat(16_385)], {}, 'lines.0'],
      [['\uD800'], {}, 'lines.0'],
      [['PING'], { protocol: 4 }, 'protocol'],
      [['PING'], { cache: 'a b' }, 'cache'],
    ] as const)
      expect((await send(lines, more)).json()).toMatchObject({ status: 400, errors: [{ field }] })
  })

  // Red: in src/main/redis/visitors.ts leave out `finished(call)`, or in redis-call.ts there let
  // `asApp` be false: what is tried out shows as an app's request, as over HTTP.
  it('are in the request log as an app\'s, and the answer tells which lines', async () => {
    const { at, replies } = (await send(['MGET one two', 'PING', 'GET one'])).json<Ran>()
    expect(replies.map(({ logged }) => logged)).toEqual([
      ['one', 'two'].map(key => ({ method: 'MGET', cache: 'shop', key, result: 'miss', reason: 'absent' })),
      [],
      [{ method: 'GET', cache: 'shop', key: 'one', result: 'miss', reason: 'absent' }],
    ])
    const filter = encodeURIComponent(`face:redis verb:MGET time>=${at}`)
    expect((await larder.send('GET', `/admin/requests?filter=${filter}`)).json()).toMatchObject({
      requests: [{ key: 'one', from: 'app' }, { key: 'two', from: 'app' }],
    })
  })

  // Red: in src/main/redis/line-runner.ts leave out `longestReply`.
  it('have long replies cut, and say how long they are', async () => {
    await larder.send('PUT', '/api/caches/shop/entries/long', { body: 'x'.repeat(100_000) })
    const [reply] = (await send(['GET long'])).json<Ran>().replies
    expect(reply?.bytes).toBe('$100000\r\n\r\n'.length + 100_000)
    expect(Buffer.from(reply?.reply ?? '', 'base64')).toHaveLength(65_536)
  })
})
