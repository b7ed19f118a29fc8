import type { LarderError } from '@shared/errors'
import type { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Traffic } from '../base/answers/traffic'
import type { Fields } from '../base/http-caching/fields'
import type { Principal } from '../base/principal'
import type { RequestTarget } from '../base/target'
import type { Call } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { ForPage } from './for-pages'
import type { Sending } from './sending'
import { endToEnd } from '../base/http-caching/fields'
import { noteFailure } from '../serving/account'
import { untold } from '../serving/call'
import { createSending } from './sending'

/** One request to a gateway, and its answer. */
export interface Visit extends Pick<Sending, 'begin' | 'send' | 'owe'> {
  readonly call: Call
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Those that are sent on, and choose among answers. */
  readonly fields: Fields
  readonly response: ServerResponse
  readonly hasBody: boolean
  /** What the client sends; null = nothing. To be called once. */
  body: () => Readable | null
  /** Aborts when the client has gone before it had all. */
  readonly left: AbortSignal
  /** To be called once, when nothing more will be learned about the call. */
  settle: () => void
  /** Tells what went wrong, in the words of the error. */
  fail: (error: LarderError) => void
}

export interface VisitParts {
  traffic: Traffic
  serving: Pick<Serving, 'finish'>
}

interface About {
  target: RequestTarget
  principal: Principal
  cache: string
  /** Milliseconds of the stopwatch. */
  started: number
  /** Asked only where the gateway answers by itself. */
  page: () => ForPage
  /** Whether the client sends its body only when it is told to (RFC 9110 §10.1.1). */
  expectsContinue: boolean
}

/** What a look at the cache is to be: of what is held, stale or not (RFC 9111 §5.2.1). */
const heldAlone = 'only-if-cached, max-stale'

export function createVisit(
  request: IncomingMessage,
  response: ServerResponse,
  { serving, traffic }: VisitParts,
  { target: { path, authority }, principal, cache, started, page, expectsContinue }: About,
): Visit {
  const { method = '', url = '' } = request
  const query = url.indexOf('?')
  // A whole URL, as proxies send it, is a path for the origin (RFC 9112 §3.2.2).
  const target = authority === null ? url : path + (query < 0 ? '' : url.slice(query))
  const sending = createSending(request, response, principal, traffic)
  const { begin, send, owe, told } = sending
  // What is meant for this connection chooses no answer, as the origin does not see it.
  const fields = endToEnd(request.rawHeaders)
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  const hasBody = coding !== undefined || (length !== undefined && length !== '0')
  const call: Call = {
    ...untold,
    principal,
    face: 'gateway',
    operation: null,
    asApp: true,
    method,
    // What is in a query may be secret.
    path,
    started,
    space: principal.userId,
    cache,
    admitted: true,
    cacheControl: heldAlone,
  }
  const gone = new AbortController()
  let received = 0
  let open = true
  let settled = false
  response.once('close', () => {
    open = false
    if (!response.writableFinished)
      gone.abort()
    account()
  })
  /** A client may close when it has all, before it is known what became of the answer here. */
  function account(): void {
    if (settled && !open)
      serving.finish(call, told.status || response.statusCode, received, told.bytes)
  }
  return {
    call,
    method,
    target,
    fields,
    response,
    hasBody,
    body() {
      if (!hasBody)
        return null
      if (expectsContinue)
        response.writeContinue()
      request.on('data', (chunk: Buffer) => received += chunk.length)
      request.pause()
      return request
    },
    left: gone.signal,
    begin,
    send,
    owe,
    settle() {
      settled = true
      account()
    },
    fail(error) {
      noteFailure(call, error)
      if (response.headersSent || response.destroyed) {
        response.destroy()
        return
      }
      const isUnread = hasBody && !request.complete
      const { fields: readable, isPreflight } = page()
      const wait = error.retryAfter === undefined ? [] : ['Retry-After', String(error.retryAfter)]
      const fields = ['Content-Type', 'application/problem+json', ...wait, ...readable]
      if (isPreflight)
        return sending.refuse(204, readable, { forward: 'bypass', detail: error.code }, '', isUnread)
      const problem = JSON.stringify(error.toProblem())
      sending.refuse(error.status, fields, { forward: 'bypass', detail: error.code }, problem, isUnread)
    },
  }
}
