import type { RequestListener } from '../base/answers/pipelining'
import type { Traffic } from '../base/answers/traffic'
import type { Stopwatch } from '../base/clock'
import type { HostGuard } from '../base/host-guard'
import type { Authenticator } from '../base/principal'
import type { Maybe } from '../serving/maybe'
import type { Serving } from '../serving/serving'
import type { DataPlaneOperation } from './data-plane/data-plane'
import type { Exchange } from './exchange'
import type { Route } from './route-table'
import { LarderError } from '@shared/errors'
import { inOrder } from '../base/answers/pipelining'
import { readTarget } from '../base/target'
import { noMarks } from '../serving/call'
import { preflightHeaders } from './cors'
import { send } from './exchange'
import { checkCaller, checkMessage } from './guards'
import { isNavigation } from './navigation'
import { readHead } from './request-head'
import { faceOf } from './route-table'

export interface PipelineDeps {
  stopwatch: Stopwatch
  authenticator: Authenticator
  serving: Pick<Serving, 'finish'>
  traffic: Traffic
  route: (method: string, path: string) => Route
  /** The page of the console for a path that is in neither table; null if there is no console. */
  pageAt: (path: string) => Route | null
  hosts: () => HostGuard
  data: (exchange: Exchange, name: DataPlaneOperation) => Maybe<void>
  control: { handle: (exchange: Exchange) => void }
  fail: (exchange: Exchange, error: unknown) => void
}

/**
 * The path of every request, once and in this order: message, Host, preflight, origin, key → data
 * plane or control plane.
 */
export function createPipeline(deps: PipelineDeps): RequestListener {
  const { stopwatch, authenticator, serving, traffic, route, pageAt, control, data, fail } = deps

  function finished(exchange: Exchange, status: number, responseBytes: number): void {
    serving.finish(exchange, status, exchange.requestBytes, responseBytes)
  }

  return inOrder(traffic.outflow, (request, response, expectsContinue) => {
    const url = request.url ?? '/'
    const head = readHead(request.rawHeaders)
    const target = readTarget(url)
    const exchange: Exchange = {
      request,
      response,
      head,
      target,
      route: { kind: 'unknown' },
      open: false,
      principal: null,
      corsOrigin: null,
      face: 'control',
      operation: null,
      asApp: head.asApp,
      method: request.method ?? '',
      path: target.path,
      started: stopwatch.now(),
      space: null,
      cache: null,
      key: null,
      result: 'ok',
      found: null,
      reason: null,
      detail: null,
      ttl: null,
      admitted: false,
      marks: noMarks,
      cacheControl: head.cacheControl,
      sourced: null,
      expectsContinue,
      requestBytes: 0,
      finished,
      traffic,
      failed: fail,
    }
    try {
      checkMessage(head, target, url, deps.hosts())
      let found = route(exchange.method, exchange.path)
      if (found.kind === 'unknown' && isNavigation(request, head))
        found = pageAt(exchange.path) ?? found
      exchange.route = found
      exchange.face = faceOf(found)
      exchange.operation = found.kind === 'data' ? found.name : null
      if (request.method === 'OPTIONS' && head.origin !== null && head.preflightMethod !== null)
        return answerPreflight(exchange, head.origin, head.preflightHeaders)
      exchange.open = found.kind === 'document'
        || found.kind === 'page'
        || (found.kind === 'method' && found.open)
        || (found.kind === 'control' && found.spec.scope === 'open')
      checkCaller(exchange, authenticator, deps.hosts())
      dispatch(exchange)
    }
    catch (error) {
      fail(exchange, error)
    }
  })

  function dispatch(exchange: Exchange): void {
    const { route: found } = exchange
    switch (found.kind) {
      case 'unknown':
        throw new LarderError('not-found', `There is nothing at ${exchange.target.path.slice(0, 200)}.`)
      case 'method':
        return refuseMethod(exchange, found.allow, found.face === 'plain')
      case 'document':
      case 'page':
      case 'control':
        exchange.admitted = true
        return control.handle(exchange)
      case 'data':
        exchange.admitted = true
        if (found.name === 'events.watch')
          return control.handle(exchange)
        // Operations that answer at once, as every read does, return no promise.
        data(exchange, found.name)?.catch((error: unknown) => fail(exchange, error))
    }
  }

  /**
   * Answers before a key is known, from the lists of all keys together. An origin in none of them
   * is refused without a CORS header.
   */
  function answerPreflight(exchange: Exchange, origin: string, asked: string | null): void {
    if (!authenticator.allowsOrigin(origin)) {
      throw new LarderError(
        'cross-origin',
        `No API key allows the origin ${origin.slice(0, 255)}.`,
        { logged: 'No API key allows the origin of the page that asked.' },
      )
    }
    exchange.response.writeHead(204, preflightHeaders(origin, asked))
    exchange.response.end()
  }
}

/**
 * OPTIONS lists the methods (RFC 9110 §9.3.7), except in the text key-value face, whose contract
 * only has its own methods.
 */
function refuseMethod(exchange: Exchange, allow: string, plain: boolean): void {
  if (exchange.request.method === 'OPTIONS' && !plain)
    return send(exchange, 204, ['Allow', `${allow}, OPTIONS`])
  throw new LarderError('method-not-allowed', `${exchange.request.method} is not allowed here: ${allow}.`)
}
