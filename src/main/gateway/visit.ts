import type { LarderError } from '@shared/errors'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Fields } from '../base/http-caching/fields'
import type { Principal } from '../base/principal'
import type { Call } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { CacheStatus } from './cache-status'
import { Buffer } from 'node:buffer'
import { endToEnd, without } from '../base/http-caching/fields'
import { noteFailure } from '../serving/account'
import { untold } from '../serving/call'
import { cacheStatus } from './cache-status'

/** One request to a gateway, and its answer. */
export interface Visit {
  readonly call: Call
  readonly method: string
  readonly target: string
  /** Those that are sent on, and choose among answers. */
  readonly fields: Fields
  readonly response: ServerResponse
  readonly hasBody: boolean
  /** What the client sends; null = nothing. To be called once. */
  body: () => Readable | null
  /** Aborts when the client has gone before it had all. */
  readonly left: AbortSignal
  /** Sends the head of an answer. */
  begin: (status: number, reason: string, fields: Fields, cache: CacheStatus) => void
  /** Sends the whole answer; `body` is left out where the method wants none. */
  send: (status: number, reason: string, fields: Fields, cache: CacheStatus, body: Buffer) => void
  /** To be called once, when nothing more will be learned about the call. */
  settle: () => void
  /** Tells what went wrong, in the words of the error. */
  fail: (error: LarderError) => void
}

interface VisitParts {
  serving: Pick<Serving, 'finish'>
  principal: Principal
  cache: string
  /** Milliseconds of the stopwatch. */
  started: number
}

/** Milliseconds that an origin may send nothing, or a client take nothing, amid a body. */
export const longestPause = 60_000

/** What a look at the cache is to be: of what is held, stale or not (RFC 9111 §5.2.1). */
const heldAlone = 'only-if-cached, max-stale'

export function createVisit(
  request: IncomingMessage,
  response: ServerResponse,
  { serving, principal, cache, started }: VisitParts,
): Visit {
  const { method = '', url: target = '' } = request
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
    path: target.split('?', 1)[0] ?? '',
    started,
    space: principal.userId,
    cache,
    admitted: true,
    cacheControl: heldAlone,
  }
  const gone = new AbortController()
  let received = 0
  let sent = 0
  const write = response.write.bind(response)
  response.write = ((chunk: Buffer, ...rest: []) => {
    sent += chunk.length
    return write(chunk, ...rest)
  }) as typeof response.write
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
      serving.finish(call, response.statusCode, received, sent)
  }
  // What is written after the client has gone is told by `close`.
  response.on('error', () => {})
  // What the origin says stands; it alone dates its answers.
  response.sendDate = false

  const begin: Visit['begin'] = (status, reason, given, cacheState) => {
    response.writeHead(status, reason, [...given, 'Cache-Status', cacheStatus(cacheState)])
  }
  const send: Visit['send'] = (status, reason, given, cacheState, body) => {
    const isBare = status === 204 || status === 304
    const plain = without(given, name => name === 'content-length')
    begin(status, reason, isBare ? given : [...plain, 'Content-Length', String(body.length)], cacheState)
    // A client that takes nothing for so long gets no more of it.
    response.setTimeout(longestPause, () => response.destroy())
    if (method !== 'HEAD' && !isBare) {
      sent += body.length
      response.end(body)
    }
    else {
      response.end()
    }
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
      request.on('data', (chunk: Buffer) => received += chunk.length)
      request.pause()
      return request
    },
    left: gone.signal,
    begin,
    send,
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
      const problem = Buffer.from(JSON.stringify(error.toProblem()))
      // What is still being sent is not read.
      const close = request.complete ? [] : ['Connection', 'close']
      const wait = error.retryAfter === undefined ? [] : ['Retry-After', String(error.retryAfter)]
      const told = { forward: 'bypass', detail: error.code } as const
      send(error.status, '', ['Content-Type', 'application/problem+json', ...wait, ...close], told, problem)
    },
  }
}
