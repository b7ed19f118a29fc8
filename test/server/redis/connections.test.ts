import type { Socket } from 'node:net'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { ReplyError } from '../../../src/main/base/resp'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** How connections end, and what they may hold. */
const clock = createManualClock()
let larder: TestLarder
/** The server's side of each connection, by the client's port. */
const served = new Map<number, Socket>()
function note(message: unknown): void {
  const { socket } = message as { socket: Socket }
  served.set(Number(socket.remotePort), socket)
}

beforeAll(async () => {
  diagnostics.subscribe('net.server.socket', note)
  larder = await startLarder({ redis: { port: 0, isAsked: true }, inFlight: 64_000_000 }, clock)
  const body = JSON.stringify({ name: 'safe', persistent: true, durability: 'always', ttl: null })
  await larder.send('POST', '/admin/caches', { body, headers: { 'Content-Type': 'application/json' } })
})
afterAll(async () => {
  diagnostics.unsubscribe('net.server.socket', note)
  await larder.dispose()
})

async function signedOn(): ReturnType<typeof connectRedis> {
  const connection = await connectRedis(portOf(larder))
  expect(await connection.send('AUTH', ownerKey)).toBe('OK')
  return connection
}

function serverSide({ socket }: { socket: Socket }): Socket {
  const side = served.get(Number(socket.localPort))
  if (side === undefined)
    throw new Error('The server has no such connection')
  return side
}

describe('a client that keeps its side open', () => {
  // Red: in src/main/redis/connection.ts end the server's side alone.
  it.each([
    ['does not speak the protocol', 'x'.repeat(70_000)],
    ['has said QUIT', 'QUIT\r\n'],
  ])('and %s is cut off', async (_, bytes) => {
    const socket = connect({ port: portOf(larder), host: '127.0.0.1', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    const answers: Buffer[] = []
    socket.on('data', data => answers.push(data))
    socket.write(bytes)
    await once(socket, 'end')
    await vi.waitFor(() => expect(served.get(Number(socket.localPort))?.destroyed).toBe(true))
    expect(String(Buffer.concat(answers))).toMatch(/^(?:\+OK|-ERR Protocol error: too big inline request)\r\n$/)
  })
})

// Red: in src/main/redis/visitors.ts ask nobody how long there was no key.
it('a client without a key has ten seconds', async () => {
  const [unknown, known] = [await connectRedis(portOf(larder)), await signedOn()]
  await unknown.send('PING')
  clock.advance(9_000)
  await new Promise(resolve => setTimeout(resolve, 600))
  expect(serverSide(unknown).destroyed).toBe(false)
  clock.advance(2_000)
  await unknown.closed
  expect(await known.send('PING')).toBe('PONG')
  known.close()
})

describe('before AUTH', () => {
  // Red: in src/main/redis/request-parser.ts look at each word alone.
  it.each([
    ['words of 16 KB together', `*3\r\n$9000\r\n${'x'.repeat(9000)}\r\n$9000\r\n`, 'unauthenticated bulk length'],
    ['a line of 16 KB', 'x'.repeat(17_000), 'too big inline request'],
    ['a line of eleven words', `${'a '.repeat(11)}\r\n`, 'unauthenticated multibulk length'],
  ])('%s are refused', async (_, bytes, words) => {
    const connection = await connectRedis(portOf(larder))
    const [reply] = await connection.raw(bytes, 1)
    expect(reply).toEqual(new ReplyError(`ERR Protocol error: ${words}`))
    await connection.closed
  })
})

describe('bytes in flight', () => {
  // Red: in src/main/redis/connection.ts charge what the parser holds alone.
  it('a transaction without an end is one that its connection pays for', async () => {
    const connection = await signedOn()
    await connection.send('MULTI')
    const value = Buffer.alloc(1_000_000)
    const queue = async (): Promise<void> => {
      for (let count = 0; count < 200; count++)
        await connection.send('SET', 'a', value)
    }
    await expect(queue()).rejects.toThrow('The connection was closed')
    expect(await (await signedOn()).send('PING')).toBe('PONG')
  })

  // Red: in src/main/redis/handlers/transactions.ts count no bytes of what is watched.
  it('so is what it watches', async () => {
    const connection = await signedOn()
    const watch = async (): Promise<void> => {
      for (let round = 0; round < 100; round++)
        await connection.send('WATCH', ...Array.from({ length: 1000 }, (_, index) => `${round}-${index}-`.padEnd(1000, 'k')))
    }
    await expect(watch()).rejects.toThrow('The connection was closed')
  })

  // Red: in src/main/redis/connection.ts let the parser hold anything.
  it('arguments that do not fit are refused before they arrive', async () => {
    const others = await Promise.all(Array.from({ length: 8 }, signedOn))
    const sentence = '-ERR Protocol error: too many bytes are in flight on this server\r\n'
    const refused = Promise.any(others.map(async ({ socket }) => {
      const [data] = await once(socket, 'data') as [Buffer]
      expect(String(data)).toBe(sentence)
    }))
    for (const { socket } of others)
      socket.write('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$16000000\r\n')
    await refused
    expect(await (await signedOn()).send('PING')).toBe('PONG')
    others.forEach(connection => connection.close())
  })
})

describe('a client that takes nothing', () => {
  async function fill(cache: string, command: string): ReturnType<typeof connectRedis> {
    const connection = await signedOn()
    await connection.pipeline([['AUTH', cache, ownerKey], ['SET', 'v', Buffer.alloc(60_000, 'v')]])
    connection.socket.pause()
    connection.socket.write(`${command}\r\n`.repeat(500))
    return connection
  }

  // Red: in src/main/redis/connection.ts do not look what waits before the next command runs.
  it.each([
    ['at once', 'db0', 'GET v'],
    ['after a wait for the disk', 'safe', 'GETEX v EX 100'],
  ])('of answers that are there %s holds 1 MB, and the answer that is being written', async (_, cache, command) => {
    const connection = await fill(cache, command)
    await vi.waitFor(() => expect(serverSide(connection).writableLength).toBeGreaterThan(1024 * 1024))
    const other = await signedOn()
    let most = 0
    for (let turn = 0; turn < 300; turn++) {
      await other.send('PING')
      most = Math.max(most, serverSide(connection).writableLength)
    }
    expect(most).toBeLessThan(1024 * 1024 + 4 * 60_000)
    connection.close()
    other.close()
  })

  // Red: in src/main/redis/connection.ts leave a listener behind at each wait.
  it('and then something, many times, leaves no listeners behind', async () => {
    const connection = await fill('db0', 'GET v')
    const socket = serverSide(connection)
    await vi.waitFor(() => expect(socket.writableLength).toBeGreaterThan(1024 * 1024))
    const before = socket.listenerCount('close')
    const other = await signedOn()
    connection.socket.resume()
    await vi.waitFor(() => expect(socket.writableLength).toBe(0))
    expect(socket.listenerCount('close')).toBeLessThan(before)
    expect(plain(await other.send('PING'))).toBe('PONG')
    connection.close()
    other.close()
  })
})
