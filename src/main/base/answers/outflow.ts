import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Stopwatch } from '../clock'
import type { Disposable } from '../disposable'
import type { Hold, InFlight } from '../in-flight'

/**
 * Counts the answers that clients have not taken yet, and ends connections that take nothing.
 * Nearly every answer is taken over by the system at once and costs one comparison.
 */
export interface Outflow extends Disposable {
  /** Call after a write to a connection that has not taken all of it. */
  written: (socket: Socket, caller: object) => void
  /**
   * Counts bytes that wait for the earlier answers on their connection, until the response gets its
   * socket. Ends the connection if there is no room.
   */
  queued: (response: ServerResponse, caller: object, bytes: number) => void
  /** Calls `ended` once, when the connection has closed. Returns a function that cancels this. */
  onEnd: (socket: Socket, ended: () => void) => () => void
  /** Checks every connection with waiting bytes. Runs on a timer while there are any. */
  look: () => void
}

interface Connection {
  hold: Hold | null
  /** Bytes of answers that wait for earlier answers. */
  queued: number
  /** Bytes that waited at the last change, and its time in milliseconds of the stopwatch. */
  waiting: number
  since: number
  readonly ended: Set<() => void>
}

/** All unknown callers together; charged for what belongs to no known caller. */
export const nobody = {}

/** Bytes that a queued answer takes besides its body: two objects of node and the head. */
export const queuedOverhead = 4096

/** Milliseconds for which a client may take nothing of an answer. */
export const stallLimit = 30_000
const lookEvery = 1000

export function createOutflow({ stopwatch, inFlight }: { stopwatch: Stopwatch, inFlight: InFlight }): Outflow {
  const connections = new Map<Socket, Connection>()
  /** Connections with waiting bytes. */
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

  /** Recounts the bytes that wait. */
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
      // Between its destruction and 'close' a socket still accepts writes.
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
