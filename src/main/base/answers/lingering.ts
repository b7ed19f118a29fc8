import type { Socket } from 'node:net'
import type { Stopwatch } from '../clock'
import type { Disposable } from '../disposable'
import { limits } from '@shared/limits'
import { letGo } from './let-go'

/**
 * Closes connections whose last answer came before the client had sent all (RFC 9112 §9.6). Many
 * clients read nothing before they have written everything: closed at once, they would lose the
 * answer to a reset. So this side is ended, and what still comes is read and thrown away until the
 * client ends too, for a bounded time and amount.
 */
export interface Lingering extends Disposable {
  /**
   * Ends the connection behind what was written to it. Nothing that comes from now on is taken for
   * a request. May be called twice.
   */
  close: (socket: Socket) => void
  /** Whether `close` was called for it. */
  has: (socket: Socket) => boolean
  /** Looks at every connection that lingers. Happens by itself while one does. */
  look: () => void
}

interface State {
  /** Whether what comes is read. */
  readonly reads: boolean
  /** Milliseconds of the stopwatch. */
  readonly end: number
  /** Bytes that were thrown away. */
  discarded: number
}

/** Milliseconds. */
const lookEvery = 100

export function createLingering({ stopwatch }: { stopwatch: Stopwatch }): Lingering {
  const connections = new Map<Socket, State>()
  let reading = 0
  let timer: NodeJS.Timeout | undefined

  function close(socket: Socket): void {
    if (connections.has(socket))
      return
    if (socket.destroyed || !socket.writable) {
      socket.destroy()
      return
    }
    const reads = reading < limits.lingering
    const state = { reads, end: stopwatch.now() + (reads ? limits.lingeringTime : limits.closingTime), discarded: 0 }
    connections.set(socket, state)
    if (reads)
      reading++
    timer ??= setInterval(look, lookEvery).unref()
    socket.once('close', () => {
      connections.delete(socket)
      if (reads)
        reading--
    })
    // Before anything more comes: the parser would keep it for the request.
    socket.pause()
    socket.end()
    // Later: what has come in one piece with the head is still being parsed, and the parser stops
    // the socket when it has enough.
    if (reads)
      setImmediate(() => discard(socket, state))
  }

  /**
   * Takes the connection away from node's HTTP parser: to listen for data unhooks it, and without
   * its own listener it gets nothing any more. Only once the connection is read again: node starts
   * that for a parser, and for nobody else.
   */
  function discard(socket: Socket, state: State): void {
    socket.on('resume', takeOver)
    // Whoever read the body may have gone on already.
    if (socket.isPaused())
      socket.resume()
    else
      takeOver()

    function takeOver(): void {
      // Node waits for the client to take earlier answers, and tries again then.
      if (socket.isPaused())
        return
      socket.off('resume', takeOver)
      socket.removeAllListeners('data')
      socket.on('data', (chunk) => {
        state.discarded += chunk.length
        letGo(chunk)
        if (state.discarded >= limits.lingeringBytes)
          socket.destroy()
      })
    }
  }

  function look(): void {
    const now = stopwatch.now()
    for (const [socket, { end }] of connections) {
      if (now >= end)
        socket.destroy()
    }
    if (connections.size === 0)
      dispose()
  }

  function dispose(): void {
    clearInterval(timer)
    timer = undefined
  }

  return { close, has: socket => connections.has(socket), look, dispose }
}
