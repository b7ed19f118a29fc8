import type { Socket } from 'node:net'
import { limits } from '@shared/limits'
import { SourceError } from '../serving/sources/source'
import { abandoned } from './abort'

/** How a technology writes commands and reads their replies, one for each in the same order. */
export interface WireProtocol<Command, Reply> {
  /** For the sentence about a server that speaks another one. */
  name: string
  encode: (commands: readonly Command[]) => Buffer
  /**
   * Takes pieces of a stream, however they are cut. Throws if this is not the protocol.
   *
   * @param most bytes of one reply
   */
  createReader: (onReply: (reply: Reply) => void, most: number) => (chunk: Buffer) => void
}

/** A connection to a server, on which commands follow each other without waiting for answers. */
export interface Wire<Command, Reply> {
  /**
   * Sends commands one behind the other, with nothing of others in between. Resolves to their
   * replies, which may be errors. Rejects with SourceError when the signal aborts or the connection
   * ends.
   */
  send: (commands: readonly Command[], signal: AbortSignal) => Promise<Reply[]>
  readonly ended: Promise<string>
  close: () => void
}

/** Commands whose replies are awaited. */
interface Pending<Reply> {
  replies: Reply[]
  count: number
  resolve: (replies: Reply[]) => void
  reject: (error: SourceError) => void
}

/** Milliseconds for which a server may go on with what nobody waits for any more. */
const doubtTime = 2000

/**
 * Takes over a connected socket. A server that leaves an abandoned call unanswered for longer than
 * `doubt` milliseconds hangs, and all calls on this connection with it: then the socket goes.
 */
export function createWire<Command, Reply>(
  socket: Socket,
  protocol: WireProtocol<Command, Reply>,
  doubt: number = doubtTime,
): Wire<Command, Reply> {
  const waiting: Pending<Reply>[] = []
  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  let closed: string | null = null
  let doubting: NodeJS.Timeout | undefined

  function finish(why: string): void {
    if (closed !== null)
      return
    closed = why
    clearTimeout(doubting)
    socket.destroy()
    for (const { reject } of waiting.splice(0))
      reject(new SourceError('lost', why))
    end(why)
  }

  const read = protocol.createReader((reply) => {
    const first = waiting[0]
    if (!first)
      return finish('The server answered without having been asked.')
    first.replies.push(reply)
    if (first.replies.length === first.count) {
      waiting.shift()
      first.resolve(first.replies)
    }
  }, limits.valueMax + limits.entryKey)

  socket
    .on('data', (chunk) => {
      // Whoever answers does not hang.
      clearTimeout(doubting)
      doubting = undefined
      try {
        read(chunk)
      }
      catch (error) {
        finish(`What answers there does not speak the protocol of ${protocol.name}.`)
        if (!(error instanceof Error))
          throw error
      }
    })
    .on('error', error => finish(brokenSentence(error)))
    .on('close', () => finish('The server closed the connection.'))

  function startDoubting(): void {
    doubting ??= setTimeout(finish, doubt, 'The server does not answer any more.')
  }

  return {
    ended,
    close: () => finish('The connection was closed.'),
    send(commands, signal) {
      if (closed !== null)
        return Promise.reject(new SourceError('unreachable', closed))
      if (signal.aborted)
        return Promise.reject(new SourceError('unreachable', 'Nobody waited for it any more.'))
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          // Its replies still come, and are thrown away, so that those behind it find their calls.
          reject(abandoned())
          startDoubting()
        }
        const leave = (): void => signal.removeEventListener('abort', onAbort)
        signal.addEventListener('abort', onAbort, { once: true })
        waiting.push({
          replies: [],
          count: commands.length,
          resolve(replies) {
            leave()
            resolve(replies)
          },
          reject(error) {
            leave()
            reject(error)
          },
        })
        socket.write(protocol.encode(commands))
      })
    },
  }
}

/** Why a connection that was open broke. */
function brokenSentence(error: Error & { code?: string }): string {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
    ? 'The server broke the connection off.'
    : `The connection broke: ${error.code ?? error.message}.`
}
