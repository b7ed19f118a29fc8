import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Cache } from '../cache/ports'
import type { Admission } from './guards'
import type { Turn } from './turn'
import { Buffer } from 'node:buffer'
import { corsHeaders } from './cors'
import { answerAndClose } from './raw-answer'

/** One request on its way through the pipeline, with what is found out about it for statistics and the request log. */
export interface Exchange extends Admission {
  request: IncomingMessage
  response: ServerResponse
  /** Monotonic milliseconds at which the request's head was there. */
  started: number
  /** The client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1). */
  expectsContinue: boolean
  requestBytes: number
  /** Cache and key concerned, once known. */
  cacheName: string | null
  cache: Cache | null
  key: string | null
  result: string
  reason: string | null
  /** Called once with the status and the size of the body when the answer is handed to the socket. */
  finished: (exchange: Exchange, status: number, bytes: number) => void
  turn: Turn
  /** Answers a failure in the route's form; for what goes wrong after the handler has returned. */
  failed: (exchange: Exchange, error: unknown) => void
}

/**
 * What every answer carries: nothing that a browser gets from here may run, be sniffed, be embedded elsewhere, or be answered from
 * the browser's own cache (which would hide the switch).
 */
const inert = ['Cache-Control', 'private, no-cache', 'Vary', 'Origin, Api-Key, Authorization, Accept', 'X-Content-Type-Options', 'nosniff', 'Content-Security-Policy', 'sandbox; default-src \'none\'']
const inertSameOrigin = [...inert, 'Cross-Origin-Resource-Policy', 'same-origin']

/** The common headers of an answer. */
export function commonHeaders(corsOrigin: string | null): readonly string[] {
  return corsOrigin === null ? inertSameOrigin : [...inert, ...corsHeaders(corsOrigin)]
}

/** Sends the whole answer. `headers` come on top of the common ones; Content-Length is set, the body of HEAD is left out by node. */
export function send(exchange: Exchange, status: number, headers: readonly string[], body: Buffer | string = ''): void {
  const common = commonHeaders(exchange.corsOrigin)
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  // RFC 9110 §8.6: no Content-Length on 204; on 304 it would speak of the representation that is not sent.
  const all = status === 204 || status === 304 ? [...common, ...headers] : [...common, ...headers, 'Content-Length', String(bytes)]
  exchange.finished(exchange, status, bytes)
  if (status >= 400 && leavesBodyUnread(exchange)) {
    // Behind a pipelined request that is still at work the bare socket is not ours yet: our answer would be taken for that one's.
    if (exchange.response.socket === null) {
      exchange.response.writeHead(status, [...all, 'Connection', 'close'])
      exchange.response.end(body)
      return
    }
    answerAndClose(exchange.request.socket, status, all, exchange.request.method === 'HEAD' ? '' : String(body))
    return
  }
  const { response, turn } = exchange
  response.writeHead(status, all)
  if (typeof body === 'string')
    turn.send(response, body, 'utf8')
  else
    turn.send(response, bytes <= joinable ? body.toString('latin1') : Buffer.copyBytesFrom(body), 'latin1')
}

/**
 * Bytes up to which a value goes out as Latin-1 text, byte for byte the same: node joins text with the head into one write, where a buffer
 * costs a second one. Measured from 60 bytes to here: 10 to 30 % less processor time an answer (docs/performance.md). Copied either way: a
 * value that was read stays in place only until the next call into the cache, and a slow socket takes it later.
 */
const joinable = 8 * 1024

/** Small bodies are drained by node, which keeps the connection; larger or endless ones are not worth reading. */
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
