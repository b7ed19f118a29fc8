import type { Exchange } from './exchange'
import type { Whole } from './gather'
import { Buffer } from 'node:buffer'
import { invalidField, LarderError } from '@shared/errors'
import { chargedFor } from '../base/answers/traffic'
import { clientGone, gather, ownBuffer, tooLarge } from './gather'

/**
 * Largest body, in bytes, that usually arrives in one piece with its head. Such a body is read in
 * one go at the end of that turn, because notifying a stream's listeners costs a twentieth of a
 * PUT. Must be below what a stream buffers before it stops the socket.
 */
const smallBody = 16 * 1024

/**
 * Reads the request body into a buffer of its own (not a slice of a larger one, which it would keep
 * alive). A declared length beyond `limit` is refused before a byte is read, and before `100
 * Continue`. Rejects with LarderError `too-large`, `bad-request` (the client went away),
 * `invalid-input` (a part of a body), `unsupported-media-type` (a content coding: values are stored
 * as sent, and the coding would be lost), `overloaded` (no room in the budget of bytes in flight).
 */
export function readBody(exchange: Exchange, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => takeBody(exchange, limit, resolve, reject))
}

/**
 * Like `readBody`, but without a promise, which would slow down a PUT. Calls `whole` or `failed`
 * once, now or later. An error that `whole` throws goes to `failed`.
 */
export function takeBody(exchange: Exchange, limit: number, whole: Whole, failed: (error: unknown) => void): void {
  const { request, response, head, traffic: { turn, inFlight } } = exchange
  if (head.contentEncoding !== null && head.contentEncoding.toLowerCase() !== 'identity') {
    return failed(new LarderError(
      'unsupported-media-type',
      'Content-Encoding: send the body without a content coding.',
      { errors: [{ field: 'Content-Encoding', message: 'must be absent' }] },
    ))
  }
  // RFC 9110 §14.5: stored as if it were all, a part would replace the whole.
  if (head.contentRange !== null)
    return failed(invalidField('Content-Range', 'must be absent; send the whole body'))
  const declared = head.contentLength === null ? 0 : Number(head.contentLength)
  if (declared > limit)
    return failed(tooLarge(limit))

  function deliver(body: Buffer): void | Promise<void> {
    exchange.requestBytes = body.length
    try {
      return whole(body)
    }
    catch (error) {
      failed(error)
    }
  }
  const gatherAll = (): void =>
    gather({
      request,
      declared,
      limit,
      inFlight,
      caller: chargedFor(exchange),
      whole: deliver,
      answered: () => response.headersSent,
      failed,
    })

  // There was no body: with `optimizeEmptyRequests`, node emits no 'end'.
  if (request.readableEnded)
    return void deliver(Buffer.allocUnsafeSlow(0))
  if (exchange.expectsContinue)
    response.writeContinue()
  if (exchange.expectsContinue || declared === 0 || declared > smallBody)
    return gatherAll()
  turn.atEnd(() => {
    if (request.complete && request.readableLength === declared)
      void deliver(ownBuffer(request.read() as Buffer))
    // The client left before anybody listened.
    else if (request.destroyed)
      failed(clientGone())
    else
      gatherAll()
  })
}
