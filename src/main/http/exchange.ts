import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Hold } from '../base/in-flight'
import type { Principal } from '../base/principal'
import type { Call } from '../serving/ports'
import type { Admission } from './guards'
import type { Traffic } from './traffic'
import { Buffer } from 'node:buffer'
import { overloaded } from '../base/in-flight'
import { lastingValue } from '../serving/ports'
import { corsHeaders } from './cors'
import { pour, slices } from './pour'
import { answerAndClose } from './raw-answer'
import { chargedFor, queuedOverhead } from './traffic'

/** One request on its way through the pipeline: HTTP's call. */
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
  /** Answers a failure in the route's form; for what goes wrong after the handler has returned. */
  failed: (exchange: Exchange, error: unknown) => void
}

/**
 * What every answer carries: nothing that a browser gets from here may run, be sniffed, be embedded
 * elsewhere, or be answered from the browser's own cache (which would hide the switch).
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
 * Sends the whole answer. `headers` come on top of the common ones; Content-Length is set, the body
 * of HEAD is left out by node. A buffer of more than `lastingValue` bytes goes out in pieces,
 * without a copy, as its client takes it: it must never change. Throws LarderError `overloaded`
 * where the budget of bytes in flight has no room for it.
 */
export function send(exchange: Exchange, status: number, headers: readonly string[], body: Buffer | string = ''): void {
  const common = commonHeaders(exchange.corsOrigin)
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  // RFC 9110 §8.6: no Content-Length on 204; on 304 it would speak of the representation that is
  // not sent.
  const all = status === 204 || status === 304
    ? [...common, ...headers]
    : [...common, ...headers, 'Content-Length', String(bytes)]
  if (bytes > lastingValue && exchange.request.method !== 'HEAD')
    return sendLarge(exchange, status, all, typeof body === 'string' ? Buffer.from(body) : body)
  exchange.finished(exchange, status, bytes)
  if (status >= 400 && leavesBodyUnread(exchange)) {
    // Behind a pipelined request that is still at work the bare socket is not ours yet: our answer
    // would be taken for that one's.
    if (exchange.response.socket === null) {
      exchange.response.writeHead(status, [...all, 'Connection', 'close'])
      exchange.response.end(body)
      return
    }
    answerAndClose(exchange.request.socket, status, all, exchange.request.method === 'HEAD' ? '' : String(body))
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
  // Before the head: then there is still an answer that can say so.
  if (!hold.share(body.buffer))
    throw overloaded()
  exchange.finished(exchange, status, body.length)
  exchange.response.writeHead(status, [...headers])
  pourOut(exchange, slices(body), hold)
}

/**
 * Sends an answer whose length is not known beforehand, piece by piece as its client takes it. What
 * `pieces` throws cuts the connection.
 *
 * @param hold counts what the pieces are made of, beside their own memory
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

/** For memory that goes with its connection. */
export function holdFor(exchange: Exchange): Hold {
  const { request, traffic } = exchange
  return traffic.inFlight.hold(chargedFor(exchange), () => request.socket.destroy())
}

/** Sends a body, whose head is made already, piece by piece as its client takes it. */
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
 * Bytes up to which a value goes out as Latin-1 text, byte for byte the same: node joins text with
 * the head into one write, where a buffer costs a second one. Measured from 60 bytes to here: 10 to
 * 30 % less processor time an answer (decision 0021). Copied either way: a value that was read
 * stays in place only until the next call into the cache, and a slow socket takes it later.
 */
const joinable = 8 * 1024

/**
 * Small bodies are drained by node, which keeps the connection; larger or endless ones are not
 * worth reading.
 */
const worthDraining = 16 * 1024

function leavesBodyUnread({ request, head, expectsContinue }: Exchange): boolean {
  if (request.complete)
    return false
  if (expectsContinue || request.headers['transfer-encoding'] !== undefined)
    return true
  return head.contentLength !== null && Number(head.contentLength) > worthDraining
}

export function sendText(exchange: Exchange, status: number, text: string, headers: readonly string[] = []): void {
  send(exchange, status, ['Content-Type', 'text/plain; charset=utf-8', ...headers], text)
}

export function sendJson(exchange: Exchange, status: number, value: unknown, headers: readonly string[] = []): void {
  send(exchange, status, ['Content-Type', 'application/json', ...headers], JSON.stringify(value))
}
