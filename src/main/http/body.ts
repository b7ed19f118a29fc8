import type { Exchange } from './exchange'
import { Buffer } from 'node:buffer'
import { LarderError } from '../../shared/errors'

/**
 * Bytes up to which a body is expected to be there at the end of the turn in which its head came, in one piece with it: then it is read in one go. Telling a stream's
 * events to listeners costs a twentieth of a PUT. Below what a stream keeps before it stops the socket.
 */
const smallBody = 16 * 1024

/**
 * Reads the request body into a buffer of its own (not a slice of a larger one, which it would keep alive). A declared length beyond
 * `limit` is refused before a byte is read, and before `100 Continue`. Rejects with LarderError `too-large`, `bad-request` (the
 * client went away, or a content coding: values are stored as sent, and a compressed one would lose its coding).
 */
export function readBody(exchange: Exchange, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => takeBody(exchange, limit, resolve, reject))
}

/**
 * As `readBody`, without a promise, which a PUT would feel: calls `whole` or `failed` once, now or later. What `whole` throws goes to `failed`.
 */
export function takeBody(exchange: Exchange, limit: number, whole: (body: Buffer) => void, failed: (error: unknown) => void): void {
  const { request, response, head } = exchange
  if (head.contentEncoding !== null && head.contentEncoding.toLowerCase() !== 'identity')
    return failed(new LarderError('unsupported-media-type', 'Content-Encoding: send the body without a content coding.', { errors: [{ field: 'Content-Encoding', message: 'must be absent' }] }))
  const declared = head.contentLength === null ? 0 : Number(head.contentLength)
  if (declared > limit)
    return failed(tooLarge(limit))

  let first: Buffer | undefined
  /** Seldom any: a small body comes in one piece. */
  let others: Buffer[] | undefined
  let size = 0
  let settled = false
  const fail = (error: unknown): void => {
    if (!settled)
      failed(error)
    settled = true
  }
  const end = (): void => {
    if (settled)
      return
    settled = true
    exchange.requestBytes = size
    try {
      whole(join(first, others, size))
    }
    catch (error) {
      failed(error)
    }
  }
  const gone = (): void => fail(new LarderError('bad-request', 'The request ended before its body was complete.'))
  const listen = (): void => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.removeAllListeners('data')
        request.pause()
        return fail(tooLarge(limit))
      }
      if (first === undefined)
        first = chunk
      else
        (others ??= []).push(chunk)
    })
    request.on('end', end)
    // The client went away: node tells so to those who listen for errors, and then no end.
    request.on('error', gone)
  }

  // There was no body: node's `optimizeEmptyRequests` then tells no end.
  if (request.readableEnded)
    return end()
  if (exchange.expectsContinue)
    response.writeContinue()
  if (exchange.expectsContinue || declared === 0 || declared > smallBody)
    return listen()
  exchange.turn.atEnd(() => {
    if (request.complete && request.readableLength === declared) {
      first = request.read() as Buffer
      size = declared
      end()
    }
    // It went before anybody listened.
    else if (request.destroyed) {
      gone()
    }
    else {
      listen()
    }
  })
}

/** A body that came in one piece is taken as it is when the piece is all of its memory, as node's HTTP parser hands them out. */
function join(first: Buffer | undefined, others: readonly Buffer[] | undefined, size: number): Buffer {
  if (first !== undefined && others === undefined && first.buffer.byteLength === size)
    return first
  const body = Buffer.allocUnsafeSlow(size)
  let at = first?.copy(body) ?? 0
  for (const chunk of others ?? [])
    at += chunk.copy(body, at)
  return body
}

export function tooLarge(limit: number): LarderError {
  return new LarderError('too-large', `The body may have ${limit} bytes.`, { errors: [{ field: 'body', message: `must be at most ${limit} bytes` }] })
}
