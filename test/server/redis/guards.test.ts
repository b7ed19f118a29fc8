import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReplyError } from '../../../src/main/base/resp'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

let larder: TestLarder

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
})
afterAll(() => larder.dispose())

async function signedOn(): Promise<RedisConnection> {
  const connection = await connectRedis(portOf(larder))
  expect(await connection.send('AUTH', ownerKey)).toBe('OK')
  return connection
}

// Red: in src/main/redis/request-parser.ts throw no ForeignClient.
it.each([
  ['a browser after DNS rebinding', 'SET /x HTTP/1.1\r\n'],
  ['a form of a page', 'POST / HTTP/1.1\r\nHost: localhost:7379\r\n\r\nSET a stolen\r\n'],
  ['its header', 'Host: localhost:7379\r\nSET a stolen\r\n'],
  ['a TLS client', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])],
])('%s is cut off without an answer, before anything runs', async (_, bytes) => {
  const connection = await connectRedis(portOf(larder))
  const answers: Buffer[] = []
  connection.socket.on('data', chunk => answers.push(chunk))
  connection.socket.write(bytes)
  await connection.closed
  expect(answers).toEqual([])
})

const many = (count: number): string => `*${count}\r\n${'$1\r\na\r\n'.repeat(count)}`

// Red: in src/main/redis/request-parser.ts leave out the limit.
describe.each([
  ['words before AUTH', many(11), 'unauthenticated multibulk length', false],
  ['bytes before AUTH', '*2\r\n$3\r\nGET\r\n$16385\r\n', 'unauthenticated bulk length', false],
  ['words', '*1048577\r\n', 'invalid multibulk length', true],
  ['a negative length', '*1\r\n$-5\r\n', 'invalid bulk length', true],
  ['an argument beyond all', '*1\r\n$536870913\r\n', 'invalid bulk length', true],
  ['an endless argument', '*1\r\n$99999999999\r\n', 'invalid bulk length', true],
  ['a length that is none', '*x\r\n', 'invalid multibulk length', true],
  ['nested arrays', '*1\r\n'.repeat(1_000_000), 'expected \'$\', got \'*\'', true],
  ['a line without an end', 'x'.repeat(70_000), 'too big inline request', true],
  ['a count without an end', `*${'1'.repeat(70_000)}`, 'too big mbulk count string', true],
  ['a length without an end', `*1\r\n$${'1'.repeat(70_000)}`, 'too big bulk count string', true],
  ['a quote without an end', 'SET a "b\r\n', 'unbalanced quotes in request', true],
])('%s', (_, bytes, words, isTrusted) => {
  it('is refused in the words of Redis, and the connection closed', async () => {
    const connection = isTrusted ? await signedOn() : await connectRedis(portOf(larder))
    const [reply] = await connection.raw(bytes, 1)
    expect(reply).toEqual(new ReplyError(`ERR Protocol error: ${words}`))
    await connection.closed
  })
})

describe('keys', () => {
  async function makeKey(grant: object): Promise<{ id: string, secret: string }> {
    const body = JSON.stringify({ label: 'key', scopes: ['read', 'write'], ...grant })
    const headers = { 'Content-Type': 'application/json' }
    return (await larder.send('POST', '/admin/keys', { body, headers })).json() as { id: string, secret: string }
  }

  it('without one nothing is answered but the handshake', async () => {
    const connection = await connectRedis(portOf(larder))
    const commands = ['GET a', 'HELLO 3', 'NOSUCH secret', 'CLIENT ID', 'AUTH wrong-key-0123456789']
    const answers = await connection.pipeline(commands.map(command => command.split(' ')))
    expect(answers.map(answer => plain(answer))).toEqual([
      '-NOAUTH Authentication required.',
      expect.stringMatching(/^-NOAUTH HELLO must be called/),
      '-NOAUTH Authentication required.',
      '-NOAUTH Authentication required.',
      '-WRONGPASS invalid username-password pair or user is disabled.',
    ])
    connection.close()
  })

  // Red: in src/main/redis/executor.ts do not ask serving to admit the call, or drop `requireRead`.
  it('do what their scopes and caches say', async () => {
    const [reader, writer, limited] = await Promise.all([
      makeKey({ scopes: ['read'] }),
      makeKey({ scopes: ['write'] }),
      makeKey({ caches: ['default'] }),
    ])
    const connection = await connectRedis(portOf(larder))
    const ask = async (...commands: string[]): Promise<unknown[]> =>
      (await connection.pipeline(commands.map(command => command.split(' ')))).map(reply =>
        String(plain(reply)).split(' ', 1)[0])
    expect(await ask(`AUTH ${reader.secret}`, 'GET a', 'SET a 1', 'INCR a')).toEqual(['OK', 'null', '-NOPERM', '-NOPERM'])
    expect(await ask(`AUTH ${writer.secret}`, 'GET a', 'SET a 1', 'SET a 1 GET', 'INCR a', 'DEL a'))
      .toEqual(['OK', '-NOPERM', 'OK', '-NOPERM', '-NOPERM', '1'])
    expect(await ask(`AUTH ${limited.secret}`)).toEqual(['-NOPERM'])
    expect(await ask(`AUTH default ${limited.secret}`)).toEqual(['-NOPERM'])
    const headers = { 'Content-Type': 'application/json' }
    await larder.send('POST', '/admin/caches', { body: '{"name":"products","ttl":60}', headers })
    expect(await ask(`AUTH products ${limited.secret}`)).toEqual(['-NOPERM'])
    const products = await makeKey({ caches: ['products'] })
    expect(await ask(`AUTH products ${products.secret}`, 'SET a 1', 'TTL a', 'SELECT 1', 'SELECT 0', 'GET a'))
      .toEqual(['OK', 'OK', '60', '-NOPERM', 'OK', '"1"'])
    connection.close()
  })

  // Red: in src/main/redis/visitors.ts look at no connection.
  it('that are revoked lose their connections', async () => {
    const key = await makeKey({})
    const connection = await connectRedis(portOf(larder))
    expect(await connection.send('AUTH', key.secret)).toBe('OK')
    await larder.send('DELETE', `/admin/keys/${key.id}`)
    await connection.closed
  })
})

it('a value beyond the limit is refused, and the connection goes on', async () => {
  const connection = await signedOn()
  const large = Buffer.alloc(16 * 1024 * 1024 + 1)
  const [refused, pong] = await connection.pipeline([['SET', 'large', large], ['PING']])
  expect(plain(refused ?? null)).toMatch(/^-ERR the value is too large/)
  expect(pong).toBe('PONG')
  connection.close()
})

// Red: in src/main/redis/request-parser.ts let a pending argument overwrite the one before.
it('commands that arrive in any pieces are the same', async () => {
  const connection = await signedOn()
  const value = randomBytes(100_000)
  const bytes = Buffer.concat([
    Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\np\r\n$${value.length}\r\n`),
    value,
    Buffer.from('\r\n*2\r\n$3\r\nGET\r\n$1\r\np\r\nPING\r\n'),
  ])
  for (const size of [1, 7, 1000, 65_536]) {
    const replies = connection.raw('', 3)
    for (let at = 0; at < bytes.length && at < 200; at += size)
      connection.socket.write(bytes.subarray(at, Math.min(at + size, 200)))
    for (let at = 200; at < bytes.length; at += 9973)
      connection.socket.write(bytes.subarray(at, at + 9973))
    expect(await replies).toEqual(['OK', value, 'PONG'])
  }
  connection.close()
})

it('random bytes end a connection, and never the server', async () => {
  for (let round = 0; round < 100; round++) {
    const connection = round % 2 === 0 ? await signedOn() : await connectRedis(portOf(larder))
    connection.socket.write(randomBytes(2000))
    connection.socket.end('\r\n')
    await connection.closed
  }
  expect(await (await signedOn()).send('PING')).toBe('PONG')
})
