import type { Socket } from 'node:net'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Sends `count` messages over a few pipelined connections and waits for as many answers. Meant for
 * filling, not for measuring.
 *
 * @param options.message returns the n-th request, complete
 * @param options.answer beginning of each answer, which must not occur elsewhere in it
 */
export async function pipeline(
  options: { port: number, count: number, message: (n: number) => string, answer: string },
): Promise<void> {
  const { port, count, message, answer } = options
  const lanes = 8
  const depth = 128
  let next = 0

  async function lane(): Promise<void> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    try {
      while (next < count) {
        const from = next
        next = Math.min(count, next + depth)
        const batch: string[] = []
        for (let n = from; n < next; n++)
          batch.push(message(n))
        const answered = answersOf(socket, answer, batch.length)
        socket.write(batch.join(''))
        await answered
      }
    }
    finally {
      socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** Resolves after `count` answers; rejects if the server closes the connection before that. */
function answersOf(socket: Socket, answer: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = 0
    let rest = ''
    const gone = (): void => reject(new Error('The server hung up while it was filled'))
    socket.once('close', gone)
    socket.on('data', function read(chunk: Buffer) {
      const parts = (rest + chunk.toString('latin1')).split(answer)
      seen += parts.length - 1
      rest = (parts.at(-1) ?? '').slice(-answer.length)
      if (seen < count)
        return
      socket.off('data', read)
      socket.off('close', gone)
      resolve()
    })
  })
}

/** Puts `count` entries under keys of `path`, with their number in place of `%d`, as loads do. */
export function fill(port: number, key: string, path: string, count: number, bytes: number): Promise<void> {
  const value = Buffer.alloc(bytes, 'x').toString()
  const head = `HTTP/1.1\r\nHost: localhost:${port}\r\nApi-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n${value}`
  return pipeline({
    port,
    count,
    answer: 'HTTP/1.1 20',
    message: n => `PUT ${path.replace('%d', String(n).padStart(7, '0'))} ${head}`,
  })
}
