import type { IncomingMessage } from 'node:http'
import type { InFlight } from '../base/in-flight'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { overloaded } from '../base/in-flight'

/**
 * Takes a body that has all of its memory to itself. It counts in flight until this returns, or
 * until the promise is kept, which never rejects. Until the answer begins, others may need the
 * memory more: then it is taken away, and `failed` told.
 */
export type Whole = (body: Buffer) => void | Promise<void>

interface Gathering {
  request: IncomingMessage
  /** Bytes that the head declared; 0 where it did not. */
  declared: number
  /** Bytes that the body may have. */
  limit: number
  inFlight: InFlight
  /** Whom the budget charges. */
  caller: object
  whole: Whole
  /** Whether the answer has begun: from then on the body may belong to a cache. */
  answered: () => boolean
  /** Called once: LarderError `too-large`, `bad-request` (the client went away), `overloaded`. */
  failed: (error: unknown) => void
}

/** What is made room for at first. */
const firstRoom = 64 * 1024

/**
 * Gathers a request body as it comes. Memory grows with what has come, never with what was
 * declared. Chunks are copied at once: kept as they are, a body sent byte by byte would take
 * hundreds of times its size.
 */
export function gather({ request, declared, limit, inFlight, caller, whole, answered, failed }: Gathering): void {
  const hold = inFlight.hold(caller, drop)
  let room: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(0)
  /** The first chunk, as long as it is the only one. */
  let alone: Buffer | undefined
  let size = 0
  let settled = false
  /** The whole body, while it waits for room in its cache. */
  let waiting: Buffer | undefined

  request.on('data', (chunk: Buffer) => {
    if (settled)
      return
    if (size + chunk.length > limit)
      fail(tooLarge(limit))
    else if (!add(chunk))
      fail(overloaded())
  })
  request.on('end', end)
  // The client went away: node tells so to those who listen for errors, and then no end.
  request.on('error', () => fail(clientGone()))

  function add(chunk: Buffer): boolean {
    if (size === 0) {
      if (!hold.resize(chunk.length))
        return false
      alone = chunk
      size = chunk.length
      return true
    }
    if (size + chunk.length > room.length && !grow(size + chunk.length))
      return false
    if (alone) {
      alone.copy(room)
      letGo(alone)
      alone = undefined
    }
    chunk.copy(room, size)
    size += chunk.length
    letGo(chunk)
    return true
  }

  /** Doubles the room, so that all copying together stays below twice the body. */
  function grow(needed: number): boolean {
    const doubled = Math.max(needed, Math.min(Math.max(2 * room.length, firstRoom), declared || limit))
    // A little more now, rather than all of it once more for the rest.
    const wanted = declared - doubled < doubled / 8 ? Math.max(doubled, declared) : doubled
    // Old and new room are there together while the one is copied into the other.
    if (!hold.resize(room.length + wanted))
      return false
    const larger = Buffer.allocUnsafeSlow(wanted)
    room.copy(larger, 0, 0, size)
    letGo(room)
    room = larger
    return hold.resize(wanted)
  }

  function end(): void {
    if (settled)
      return
    settled = true
    const body = alone === undefined
      ? room.length === size ? room : ownBuffer(room.subarray(0, size))
      : ownBuffer(alone)
    const later = whole(body)
    if (!later)
      return hold.release()
    waiting = body
    void later.finally(() => {
      waiting = undefined
      hold.release()
    })
  }

  /** Another needs the room more. */
  function drop(): void {
    if (!settled)
      return fail(overloaded())
    if (waiting === undefined || answered())
      return
    letGo(waiting)
    waiting = undefined
    failed(overloaded())
  }

  function fail(error: unknown): void {
    if (settled)
      return
    settled = true
    // Nobody reads on: the answer closes the connection.
    request.removeAllListeners('data')
    request.pause()
    alone = undefined
    letGo(room)
    hold.release()
    failed(error)
  }
}

/**
 * Gives the memory of a buffer back now: the collector comes when it likes, and hundreds of chunks
 * would wait for it.
 */
export function letGo({ buffer, length }: Buffer): void {
  // What lies in memory that others use as well stays.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length)
    buffer.transfer(0)
}

/**
 * The same bytes in memory of their own: those of a chunk mostly are, as node's HTTP parser hands
 * them out.
 */
export function ownBuffer(bytes: Buffer): Buffer {
  return bytes.buffer.byteLength === bytes.length ? bytes : Buffer.copyBytesFrom(bytes)
}

export function tooLarge(limit: number): LarderError {
  return new LarderError(
    'too-large',
    `The body must be at most ${grouped(limit)} bytes.`,
    { errors: [{ field: 'body', message: `must be at most ${grouped(limit)} bytes` }] },
  )
}

export function clientGone(): LarderError {
  return new LarderError('bad-request', 'The request ended before its body was complete.')
}
