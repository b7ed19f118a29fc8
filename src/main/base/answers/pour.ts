import type { ServerResponse } from 'node:http'
import type { Hold } from '../in-flight'
import type { Outflow } from './outflow'
import { Buffer } from 'node:buffer'
import { queuedOverhead } from './outflow'

interface Pouring {
  response: ServerResponse
  outflow: Outflow
  /**
   * Counts the memory that the pieces are made from, and is released at the end. Null if that
   * memory exists anyway.
   */
  hold: Hold | null
  /** The caller that the budget charges for what the client has not taken. */
  caller: object
  /** An empty piece is a pause: the next one is taken in the next turn of the event loop. */
  pieces: Iterator<Buffer>
  /** Called after `ended` with the error that `pieces` threw. */
  failed: (error: unknown) => void
  /** Called once, with the bytes of the pieces, when all are written or the client has left. */
  ended: (bytes: number) => void
}

/**
 * Bytes up to which a value goes out as Latin-1 text, byte for byte the same: node joins text with
 * the head into one write, but needs a second write for a buffer. Measured from 60 bytes to here:
 * 10 to 30 % less processor time per answer (decision 0021). Both ways make a copy, because a value
 * that was read is only valid until the next call into the cache, and a slow socket takes it later.
 */
export const joinable = 8 * 1024

/** Bytes of a piece, which is the most that waits in a slow client's connection. */
const pieceSize = 64 * 1024

/**
 * Writes an answer piece by piece as the client takes it, after the earlier answers on its
 * connection. The head must be written already. A failure midway has to cut the connection, because
 * part of the answer is out, and nothing else tells the client that the rest is missing.
 */
export function pour({ response, outflow, hold, caller, pieces, failed, ended }: Pouring): void {
  const { socket } = response.req
  let bytes = 0
  let over = false
  let forget = (): void => {}
  // Of a client that has left already it is called at once.
  forget = outflow.onEnd(socket, finish)
  if (over)
    return

  if (response.socket === null) {
    response.once('socket', go)
    // None of the body waits yet, but node goes on reading requests, and each one takes memory.
    outflow.queued(response, caller, queuedOverhead)
  }
  else {
    go()
  }

  function finish(): void {
    if (over)
      return
    over = true
    forget()
    response.off('drain', go)
    response.off('socket', go)
    hold?.release()
    ended(bytes)
  }

  function go(): void {
    if (over)
      return
    try {
      writeOn()
    }
    catch (error) {
      finish()
      failed(error)
    }
  }

  function writeOn(): void {
    let taken = true
    while (taken && !over) {
      const next = pieces.next()
      if (next.done) {
        finish()
        response.end()
        break
      }
      if (next.value.length === 0) {
        setImmediate(go)
        return
      }
      bytes += next.value.length
      taken = response.write(next.value)
    }
    if (socket.writableLength > 0)
      outflow.written(socket, caller)
    if (!over)
      response.once('drain', go)
  }
}

/** A body in pieces, without a copy, so its memory must not change until it is sent. */
export function* slices(body: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < body.length; at += pieceSize)
    yield body.subarray(at, at + pieceSize)
}

/** A text that gives other requests their turn before the next text. */
export const pause = ''

/**
 * Joins texts into pieces of about `pieceSize` bytes; a `pause` becomes an empty piece.
 */
export function* gathered(texts: Iterable<string>): Generator<Buffer, void> {
  let waiting = ''
  for (const text of texts) {
    if (text === pause) {
      yield Buffer.alloc(0)
      continue
    }
    waiting += text
    if (waiting.length < pieceSize)
      continue
    yield* slices(Buffer.from(waiting))
    waiting = ''
  }
  if (waiting !== '')
    yield Buffer.from(waiting)
}
