import type { Socket } from 'node:net'
import type { Logger } from '../../base/logger'
import type { RedisAnswer } from '../reply'
import type { ReplyWriter } from '../reply-writer'
import type { RedisSession } from '../session'

/** Writes what a client is told beside its answers. */
interface Pusher {
  push: (value: RedisAnswer) => void
  /** What is told from now on stands behind the answer of the command that runs. */
  hold: () => void
  /** Writes what was held back. */
  writeHeld: () => void
  release: () => void
}

interface PusherParts {
  socket: Socket
  session: RedisSession
  writer: ReplyWriter
  /** Hands over what was written. */
  flush: () => void
  logger: Logger
}

/** Bytes of answers from which they go out before the next command runs. */
export const gatherMost = 64 * 1024
/** Bytes that may wait for a client: more is not read from it, and it is told no more. */
export const waitingMost = 1024 * 1024

export function createPusher({ socket, session, writer, flush, logger }: PusherParts): Pusher {
  let held: RedisAnswer[] = []
  let isHolding = false
  let isGathering = false
  /** Bytes told since the client had last taken all, without those that it is just taking. */
  let waiting = 0

  function writeHeld(): void {
    if (held.length === 0)
      return
    for (const value of held)
      writer.write(value, session.protocol)
    held = []
  }

  function send(): void {
    isGathering = false
    const { bytes } = writer
    const isIdle = socket.writableLength === 0
    if (!isIdle && Math.min(waiting, socket.writableLength) + bytes > waitingMost)
      return cutOff()
    flush()
    waiting = isIdle ? 0 : waiting + bytes
  }

  /** It gets messages faster than it reads them, and they would fill the memory. */
  function cutOff(): void {
    session.closing = true
    logger.warn('a Redis client that does not read what it listens to was disconnected', { client: session.address })
    socket.destroy()
  }

  return {
    push(value) {
      if (session.closing || session.replies === 'hung' || socket.destroyed)
        return
      if (isHolding) {
        held.push(value)
        return
      }
      writer.write(value, session.protocol)
      if (writer.bytes > gatherMost) {
        send()
      }
      else if (!isGathering) {
        isGathering = true
        queueMicrotask(send)
      }
    },
    hold() {
      isHolding = true
    },
    writeHeld,
    release() {
      isHolding = false
      writeHeld()
    },
  }
}
