import type { Socket } from 'node:net'
import type { Argument, Reply } from '../../src/main/base/resp'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createReplyReader, encodeCommands } from '../../src/main/base/resp'

/** A client of the Redis protocol that knows nothing but the protocol. */
export interface RedisConnection {
  readonly socket: Socket
  /** Sends one command. */
  send: (...words: Argument[]) => Promise<Reply>
  /** Sends them in one piece, and waits for all replies. */
  pipeline: (commands: readonly (readonly Argument[])[]) => Promise<Reply[]>
  /** Sends bytes as they are, and waits for so many replies. */
  raw: (bytes: Buffer | string, replies: number) => Promise<Reply[]>
  /** Resolves when the server has closed it. */
  closed: Promise<void>
  close: () => void
}

/** @param place a port, or the path of a unix socket */
export async function connectRedis(place: number | string, host = '127.0.0.1'): Promise<RedisConnection> {
  const socket = typeof place === 'string' ? connect(place) : connect(place, host)
  const waiting: { resolve: (reply: Reply) => void, reject: (error: Error) => void }[] = []
  const read = createReplyReader(reply => waiting.shift()?.resolve(reply), 2 ** 30)
  socket.on('data', read)
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      for (const { reject } of waiting.splice(0))
        reject(new Error('The connection was closed'))
      resolve()
    })
  })
  // 'close' follows.
  socket.on('error', () => {})
  await once(socket, 'connect')

  function raw(bytes: Buffer | string, replies: number): Promise<Reply[]> {
    const all = Array.from({ length: replies }, () =>
      new Promise<Reply>((resolve, reject) => waiting.push({ resolve, reject })))
    socket.write(bytes)
    return Promise.all(all)
  }

  return {
    socket,
    send: async (...words) => (await raw(encodeCommands([words]), 1))[0] as Reply,
    pipeline: commands => raw(encodeCommands(commands), commands.length),
    raw,
    closed,
    close: () => socket.destroy(),
  }
}
