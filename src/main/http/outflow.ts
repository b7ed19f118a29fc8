import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Hold, InFlight } from '../base/in-flight'

/**
 * Counts the answers that clients have not taken yet, and ends connections that take nothing. An
 * answer that the system takes over at once, as nearly all do, costs one comparison.
 */
export interface Outflow extends Disposable {
  /** After a write to a connection that has not taken all of it. */
  written: (socket: Socket, caller: object) => void
  /**
   * Something waits for the answers before it on its connection: it counts until the response gets
   * its socket. Ends the connection where there is no room.
   */
  queued: (response: ServerResponse, caller: object, bytes: number) => void
  /** Calls `ended` once, when the connection has closed. Returns the function that forgets it. */
  onEnd: (socket: Socket, ended: () => void) => () => void
  /** Looks at every connection that waits. Happens by itself while one does. */
  look: () => void
}

interface Connection {
  hold: Hold | null
  /** Bytes of answers that wait for others. */
  queued: number
  /** What it waited with when it last changed, and since when, in milliseconds of the stopwatch. */
  waiting: number
  since: number
  readonly ended: Set<() => void>
}

/** Milliseconds for which a client may take nothing of an answer. */
export const stallLimit = 30_000
const lookEvery = 1000

export function createOutflow({ stopwatch, inFlight }: { stopwatch: Stopwatch, inFlight: InFlight }): Outflow {
  const connections = new Map<Socket, Connection>()
  /** Those of which something waits. */
  const slow = new Set<Socket>()
  let timer: NodeJS.Timeout | undefined

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket)
    if (known)
      return known
    const made: Connection = { hold: null, queued: 0, waiting: 0, since: 0, ended: new Set() }
    connections.set(socket, made)
    socket.once('close', () => {
      connections.delete(socket)
      slow.delete(socket)
      made.hold?.release()
      for (const ended of made.ended)
        ended()
    })
    return made
  }

  /** Counts anew what waits. */
  function measure(socket: Socket, connection: Connection, caller?: object): void {
    const bytes = socket.writableLength + connection.queued
    if (bytes === 0) {
      connection.hold?.release()
      connection.hold = null
      connection.waiting = 0
      slow.delete(socket)
      return
    }
    if (bytes !== connection.waiting) {
      connection.waiting = bytes
      connection.since = stopwatch.now()
    }
    slow.add(socket)
    timer ??= setInterval(look, lookEvery).unref()
    connection.hold ??= inFlight.hold(caller ?? socket, () => socket.destroy())
    if (!connection.hold.resize(bytes))
      socket.destroy()
  }

  function look(): void {
    const now = stopwatch.now()
    for (const socket of slow) {
      const connection = connections.get(socket)
      if (!connection)
        continue
      measure(socket, connection)
      if (connection.waiting > 0 && now - connection.since >= stallLimit)
        socket.destroy()
    }
    if (slow.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }

  return {
    written(socket, caller) {
      // Between its destruction and 'close' a socket still takes writes.
      if (socket.destroyed)
        return
      const connection = connectionOf(socket)
      connection.since = stopwatch.now()
      measure(socket, connection, caller)
    },
    queued(response, caller, bytes) {
      const { socket } = response.req
      if (socket.destroyed)
        return
      const connection = connectionOf(socket)
      connection.queued += bytes
      response.once('socket', () => {
        connection.queued -= bytes
      })
      measure(socket, connection, caller)
    },
    onEnd(socket, ended) {
      if (socket.destroyed) {
        ended()
        return () => {}
      }
      const connection = connectionOf(socket)
      connection.ended.add(ended)
      return () => connection.ended.delete(ended)
    },
    look,
    dispose() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
