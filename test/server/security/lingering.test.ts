import type { Socket } from 'node:net'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { limits } from '../../../src/shared/limits'
import { startLarder } from '../../helpers/start-larder'
import { writeThenRead } from '../../helpers/write-then-read'
import { statusOf } from './support'

/** Bytes that the system hands over in one piece at most. */
const piece = 64 * 1024
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
  larder = await startLarder({}, clock)
})
afterAll(async () => {
  diagnostics.unsubscribe('net.server.socket', note)
  await larder.dispose()
})

function headOf(port: number, length: number): string {
  return `PUT /v1/item HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${length}\r\n\r\n`
}

interface Refused { client: Socket, server: Socket, answer: string, closed: Promise<unknown> }

/** A client that was refused, has the whole answer, and neither goes on nor ends. */
async function refused(length: number, to = larder): Promise<Refused> {
  const client = connect({ port: to.port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void client.destroy())
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A reset is one way of being cut.
  client.on('error', () => {})
  client.write(headOf(to.port, length))
  await once(client, 'end')
  const server = served.get(Number(client.localPort))
  if (!server)
    throw new Error('The server does not know this connection')
  // The client need not notice: it has been told already that no more will come.
  const closed = new Promise(resolve => server.once('close', resolve))
  return { client, server, answer: Buffer.concat(chunks).toString('latin1'), closed }
}

/** Waits until the server has read so many bytes of it. */
async function read({ server }: Refused, bytes: number): Promise<void> {
  while (server.bytesRead < bytes)
    await new Promise(resolve => setTimeout(resolve, 5))
}

describe('s13 a refused body', () => {
  // Red: in src/main/base/answers/lingering.ts drop the comparison with `lingeringBytes`.
  it('is read for 8 MB and no further', async () => {
    const one = await refused(1e9)
    expect(statusOf(one.answer)).toBe(401)
    const bytes = Buffer.alloc(piece, 'x')
    const pump = (): void => {
      while (!one.client.destroyed && one.client.write(bytes));
    }
    one.client.on('drain', pump)
    pump()
    await one.closed
    expect(one.server.bytesRead).toBeGreaterThanOrEqual(limits.lingeringBytes)
    expect(one.server.bytesRead).toBeLessThanOrEqual(limits.lingeringBytes + 2 * piece)
  })

  // Red: in src/main/base/answers/lingering.ts make `end` Infinity.
  it('is read for 2 s and no longer, however slowly it comes', async () => {
    const one = await refused(1e9)
    const head = headOf(larder.port, 1e9).length
    for (let sent = 1; sent <= 4; sent++) {
      one.client.write('x')
      await read(one, head + sent)
      expect(one.server.destroyed).toBe(false)
      clock.advance(limits.lingeringTime / 4)
    }
    await one.closed
  })

  it('never becomes a request', async () => {
    const one = await refused(10_000_000)
    const more = `${'x'.repeat(1000)}DELETE /flush HTTP/1.1\r\nHost: localhost:${larder.port}\r\n\r\n`
    const requests: unknown[] = []
    const count = (message: unknown): void => void requests.push(message)
    diagnostics.subscribe('http.server.request.start', count)
    one.client.end(more)
    await one.closed
    diagnostics.unsubscribe('http.server.request.start', count)
    expect(requests).toEqual([])
    expect(one.server.bytesRead).toBe(headOf(larder.port, 10_000_000).length + more.length)
  })

  // Red: in src/main/base/answers/lingering.ts let `reads` be true.
  it('is read on 32 connections at once; the next is closed as soon as its client can have the answer', async () => {
    const many = await Promise.all(Array.from({ length: limits.lingering }, () => refused(1e9)))
    const next = await refused(1e9)
    expect(statusOf(next.answer)).toBe(401)
    next.client.write(Buffer.alloc(4_000_000))
    many[0]?.client.write('x')
    await read(many[0] as Refused, headOf(larder.port, 1e9).length + 1)
    clock.advance(limits.closingTime)
    await next.closed
    expect(next.server.bytesRead).toBe(headOf(larder.port, 1e9).length)
    expect(many.filter(({ server }) => server.destroyed)).toEqual([])

    // The place of one that ends is free again.
    many[1]?.client.end()
    await many[1]?.closed
    const late = await refused(1e9)
    late.client.write('x')
    await read(late, headOf(larder.port, 1e9).length + 1)
    clock.advance(limits.lingeringTime)
    await Promise.all([...many, late].map(({ closed }) => closed))
    const answer = await writeThenRead(larder.port, headOf(larder.port, 4_000_000), Buffer.alloc(4_000_000))
    expect(statusOf(answer)).toBe(401)
  })
})

// Red: in src/main/http/server.ts drop the timer that closes all connections; in lingering.ts drop
// `socket.resume()`.
it('r14 a stop lets a client read its answer, and waits for none that does not end', async () => {
  const another = await startLarder({}, createManualClock())
  onTestFinished(() => another.dispose())
  const idle = await refused(1e9, another)
  const busy = await refused(4_000_000, another)
  const stopped = another.stop()
  busy.client.end(Buffer.alloc(4_000_000))
  await busy.closed
  expect(busy.server.bytesRead).toBe(headOf(another.port, 4_000_000).length + 4_000_000)
  await stopped
  await idle.closed
})
