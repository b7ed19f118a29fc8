import type { IncomingMessage } from 'node:http'
import type { InFlight } from '../base/in-flight'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { letGo } from '../base/answers/let-go'
import { overloaded } from '../base/in-flight'

/**
 * Takes a body that has all of its memory to itself. The body counts as in flight until this
 * returns, or until its promise is fulfilled; the promise never rejects. If others need the memory
 * more before the answer begins, the body is taken away and `failed` is called.
 */
export type Whole = (body: Buffer) => void | Promise<void>

interface Gathering {
  request: IncomingMessage
  /** Bytes that the head declared; 0 if it declared none. */
  declared: number
  /** Largest size of the body, in bytes. */
  limit: number
  inFlight: InFlight
  /** The caller that the budget charges. */
  caller: object
  whole: Whole
  /** Whether the answer has begun: from then on the body may belong to a cache. */
  answered: () => boolean
  /** Called once: LarderError `too-large`, `bad-request` (the client went away), `overloaded`. */
  failed: (error: unknown) => void
}

/** Size of the first buffer, in bytes. */
const firstRoom = 64 * 1024

/**
 * Collects a request body as it arrives. Memory grows with what has arrived, never with what was
 * declared. Chunks are copied at once, because a body sent byte by byte would otherwise take
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
  // The client went away: node emits an error if anybody listens for it, and then no end.
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
    // If little is missing, make room for it now, rather than copy everything again for the rest.
    const wanted = declared - doubled < doubled / 8 ? Math.max(doubled, declared) : doubled
    // While the one is copied into the other, both the old and the new buffer exist.
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

  /** Called if another request needs the memory more. */
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
    // Nobody reads the rest: the answer closes the connection.
    request.removeAllListeners('data')
    request.pause()
    alone = undefined
    letGo(room)
    hold.release()
    failed(error)
  }
}

/**
 * The same bytes in memory of their own. Most chunks already have it when node's HTTP parser hands
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
