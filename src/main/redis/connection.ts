import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Outflow } from '../base/answers/outflow'
import type { InFlight } from '../base/in-flight'
import type { Logger } from '../base/logger'
import type { Dispatcher } from './dispatcher'
import type { RedisAnswer } from './reply'
import type { RedisSession } from './session'
import type { SignOn } from './sign-on'
import { messageOf } from '@shared/errors'
import { nobody } from '../base/answers/outflow'
import { ReplyError } from '../base/resp'
import { createPusher, gatherMost, waitingMost } from './pushes/pusher'
import { Several } from './reply'
import { createReplyWriter } from './reply-writer'
import { createRequestParser, ForeignClient, ProtocolFault } from './request-parser'
import { keptBytes } from './session'

interface ConnectionParts {
  dispatcher: Dispatcher
  signOn: SignOn
  outflow: Outflow
  inFlight: InFlight
  valueLimit: () => number
  logger: Logger
}

interface Connection {
  /** Takes what the socket has read. */
  take: (chunk: Buffer) => void
  /** The client sends nothing more: closes when all is answered. */
  end: () => void
  /** Tells the client something by itself, behind the answer that is on its way. */
  push: (value: RedisAnswer) => void
}

/**
 * Reads commands from a socket, one after the other, and writes their answers in the same order.
 * What is answered in one turn goes out in one piece.
 */
export function createConnection(socket: Socket, session: RedisSession, parts: ConnectionParts): Connection {
  const { dispatcher, signOn, outflow, inFlight, valueLimit, logger } = parts
  const writer = createReplyWriter()
  /** Who is charged for what has arrived; others once somebody has authenticated. */
  let charged: object = nobody
  let hold = inFlight.hold(charged, () => socket.destroy())
  let isWaiting = false
  let hasEnded = false
  const parser = createRequestParser({
    isTrusted: () => signOn.principalOf(session) !== null,
    valueLimit,
    mayHold: bytes => hold.resize(bytes),
  })

  function charge(bytes: number): void {
    const caller = signOn.principalOf(session) ?? nobody
    if (caller !== charged) {
      hold.release()
      charged = caller
      hold = inFlight.hold(charged, () => socket.destroy())
    }
    if (hold.bytes !== bytes && !hold.resize(bytes))
      socket.destroy()
  }

  /** Hands over what was answered. */
  function flush(): void {
    const pieces = writer.take()
    if (pieces.length === 0 || socket.destroyed)
      return
    if (pieces.length > 1)
      socket.cork()
    for (const piece of pieces)
      typeof piece === 'string' ? socket.write(piece, 'latin1') : socket.write(piece)
    if (pieces.length > 1)
      socket.uncork()
    if (socket.writableLength > 0)
      outflow.written(socket, charged)
  }

  const pusher = createPusher({ socket, session, writer, flush, logger })

  function answer(value: RedisAnswer): void {
    const { replies } = session
    // What is told is no answer.
    if (replies !== 'on' && replies !== 'hung' && value instanceof Several)
      writer.write(value, session.protocol)
    // SKIP is not answered itself, nor is what comes behind it.
    if (replies === 'skip')
      session.replies = 'skipping'
    else if (replies === 'skipping')
      session.replies = 'on'
    else if (replies === 'on')
      writer.write(value, session.protocol)
  }

  /** Goes on later with what has arrived already. */
  function wait(promise: Promise<unknown>): void {
    isWaiting = true
    socket.pause()
    promise.then(() => {
      if (socket.writableLength > waitingMost)
        return wait(drained())
      isWaiting = false
      socket.resume()
      run()
    }, (error: unknown) => {
      logger.error('a connection of Redis failed', { error: messageOf(error) })
      socket.destroy()
    })
  }

  function drained(): Promise<void> {
    return new Promise((resolve) => {
      function done(): void {
        socket.off('drain', done)
        socket.off('close', done)
        resolve()
      }
      socket.on('drain', done)
      socket.on('close', done)
    })
  }

  /** Runs what has arrived. Returns what has to be waited for. */
  function runCommands(): Promise<unknown> | undefined {
    while (!session.closing && !socket.destroyed) {
      const words = parser.next()
      if (words === null)
        return undefined
      const value = dispatcher.dispatch(session, words, parser.oversized)
      if (value instanceof Promise)
        return value.then(answer)
      answer(value)
      pusher.writeHeld()
      if (writer.bytes > gatherMost) {
        flush()
        if (socket.writableLength > waitingMost)
          return drained()
      }
    }
    return undefined
  }

  function run(): void {
    try {
      pusher.hold()
      const later = runCommands()
      pusher.release()
      flush()
      if (later !== undefined)
        return wait(later)
      if (session.closing || hasEnded)
        return void socket.destroySoon()
      if (socket.writableLength > waitingMost)
        wait(drained())
      charge(parser.held + keptBytes(session))
    }
    catch (error) {
      refuse(error)
    }
  }

  /** Ends a connection that does not speak the protocol. */
  function refuse(error: unknown): void {
    pusher.release()
    session.closing = true
    if (!(error instanceof ProtocolFault)) {
      if (!(error instanceof ForeignClient))
        logger.error('unexpected error', { error: messageOf(error) })
      socket.destroy()
      return
    }
    writer.write(new ReplyError(`ERR Protocol error: ${error.message}`), session.protocol)
    flush()
    // Not only its own side: a client that goes on sending would keep the connection.
    socket.destroySoon()
  }

  socket.once('close', () => hold.release())
  return {
    take(chunk) {
      // Somebody who is cut off may go on sending.
      if (session.closing)
        return
      parser.push(chunk)
      if (!isWaiting)
        run()
    },
    push: pusher.push,
    end() {
      hasEnded = true
      if (!isWaiting)
        socket.destroySoon()
    },
  }
}
