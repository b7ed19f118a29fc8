import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Traffic } from '../base/answers/traffic'
import type { Hold } from '../base/in-flight'
import type { Principal } from '../base/principal'
import type { Call } from '../serving/ports'
import type { Admission } from './guards'
import { Buffer } from 'node:buffer'
import { queuedOverhead } from '../base/answers/outflow'
import { joinable, pour, slices } from '../base/answers/pour'
import { answerAndClose } from '../base/answers/raw-answer'
import { chargedFor } from '../base/answers/traffic'
import { overloaded } from '../base/in-flight'
import { lastingValue } from '../serving/ports'
import { corsHeaders } from './cors'

/** One request on its way through the pipeline; HTTP's form of a call. */
export interface Exchange extends Admission, Call {
  principal: Principal | null
  face: Call['face']
  operation: Call['operation']
  admitted: boolean
  request: IncomingMessage
  response: ServerResponse
  /** The client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1). */
  expectsContinue: boolean
  requestBytes: number
  /**
   * Called once with the status and the size of the body when the answer is handed to the socket.
   */
  finished: (exchange: Exchange, status: number, bytes: number) => void
  traffic: Traffic
  /** Answers a failure in the route's form, for errors that occur after the handler returned. */
  failed: (exchange: Exchange, error: unknown) => void
}

/**
 * Headers of every answer. Browsers must not run, sniff or embed anything that comes from here, nor
 * answer it from their own cache (which would hide the switch).
 */
const inert = [
  'Cache-Control',
  'private, no-cache',
  'Vary',
  'Origin, Api-Key, Authorization, Accept',
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  'sandbox; default-src \'none\'',
]
const inertSameOrigin = [...inert, 'Cross-Origin-Resource-Policy', 'same-origin']

/** The common headers of an answer. */
export function commonHeaders(corsOrigin: string | null): readonly string[] {
  return corsOrigin === null ? inertSameOrigin : [...inert, ...corsHeaders(corsOrigin)]
}

/**
 * Sends the whole answer. `headers` are added to the common ones. Sets Content-Length; node leaves
 * out the body of HEAD. A buffer of more than `lastingValue` bytes goes out in pieces, without a
 * copy, as the client takes it, so it must never change. Throws LarderError `overloaded` if the
 * budget of bytes in flight has no room for it.
 */
export function send(exchange: Exchange, status: number, headers: readonly string[], body: Buffer | string = ''): void {
  const common = commonHeaders(exchange.corsOrigin)
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  // RFC 9110 §8.6: no Content-Length on 204; on 304 it would describe the representation, which is
  // not sent.
  const all = status === 204 || status === 304
    ? [...common, ...headers]
    : [...common, ...headers, 'Content-Length', String(bytes)]
  if (bytes > lastingValue && exchange.request.method !== 'HEAD')
    return sendLarge(exchange, status, all, typeof body === 'string' ? Buffer.from(body) : body)
  exchange.finished(exchange, status, bytes)
  if (status >= 400 && leavesBodyUnread(exchange)) {
    const text = exchange.request.method === 'HEAD' ? '' : String(body)
    const answer = (): void => answerAndClose(exchange.request.socket, exchange.traffic.lingering, status, all, text)
    // After a pipelined request that is still being handled, the bare socket is not ours yet: our
    // answer would be taken for that request's.
    if (exchange.response.socket === null)
      exchange.response.once('socket', answer)
    else
      answer()
    return
  }
  const { response, traffic: { turn, outflow } } = exchange
  const caller = chargedFor(exchange)
  response.writeHead(status, all)
  if (response.socket === null)
    outflow.queued(response, caller, bytes + queuedOverhead)
  if (typeof body === 'string')
    turn.send(response, body, 'utf8', caller)
  else
    turn.send(response, bytes <= joinable ? body.toString('latin1') : Buffer.copyBytesFrom(body), 'latin1', caller)
}

function sendLarge(exchange: Exchange, status: number, headers: readonly string[], body: Buffer): void {
  const hold = holdFor(exchange)
  // Must come before the head, because afterwards the answer can no longer be an error.
  if (!hold.share(body.buffer))
    throw overloaded()
  exchange.finished(exchange, status, body.length)
  exchange.response.writeHead(status, [...headers])
  pourOut(exchange, slices(body), hold)
}

/**
 * Sends an answer of unknown length, piece by piece as the client takes it. If `pieces` throws, the
 * connection is cut.
 *
 * @param hold counts what the pieces are made from, besides their own memory
 */
export function sendPieces(
  exchange: Exchange,
  status: number,
  headers: readonly string[],
  pieces: Iterator<Buffer>,
  hold: Hold = holdFor(exchange),
): void {
  exchange.response.writeHead(status, [...commonHeaders(exchange.corsOrigin), ...headers])
  pourOut(exchange, pieces, hold, bytes => exchange.finished(exchange, status, bytes))
}

/** A hold for memory that is freed by closing the connection. */
export function holdFor(exchange: Exchange): Hold {
  const { request, traffic } = exchange
  return traffic.inFlight.hold(chargedFor(exchange), () => request.socket.destroy())
}

/** Sends a body piece by piece as the client takes it. The head must be written already. */
export function pourOut(
  exchange: Exchange,
  pieces: Iterator<Buffer>,
  hold: Hold | null,
  ended: (bytes: number) => void = () => {},
): void {
  const { response, traffic: { outflow } } = exchange
  pour({
    response,
    outflow,
    hold,
    caller: chargedFor(exchange),
    pieces,
    ended,
    failed: error => exchange.failed(exchange, error),
  })
}

/**
 * Small bodies are drained by node where it keeps the connection; larger or endless ones are not
 * worth that.
 */
const worthDraining = 16 * 1024

/** Whether the client may still be sending when the connection is closed behind the answer. */
function leavesBodyUnread({ request, response, head, expectsContinue }: Exchange): boolean {
  if (request.complete)
    return false
  if (expectsContinue || request.headers['transfer-encoding'] !== undefined)
    return true
  return Number(head.contentLength) > (response.shouldKeepAlive ? worthDraining : 0)
}

export function sendText(exchange: Exchange, status: number, text: string, headers: readonly string[] = []): void {
  send(exchange, status, ['Content-Type', 'text/plain; charset=utf-8', ...headers], text)
}

export function sendJson(exchange: Exchange, status: number, value: unknown, headers: readonly string[] = []): void {
  send(exchange, status, ['Content-Type', 'application/json', ...headers], JSON.stringify(value))
}
