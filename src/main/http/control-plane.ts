import type { NextFunction, Request, Response } from 'express'
import type { IncomingMessage } from 'node:http'
import type { LarderEvent } from '../../shared/events'
import type { OperationName, OperationSpec } from '../../shared/operations'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator, Principal } from '../base/principal'
import type { ConsoleFile } from './console-files'
import type { Exchange } from './exchange'
import type { OpenApiOptions } from './openapi/document'
import type { RequestHead } from './request-head'
import express from 'express'
import { dataOperations } from '../../shared/data-operations'
import { LarderError } from '../../shared/errors'
import { limits } from '../../shared/limits'
import { operations } from '../../shared/operations'
import { invoke } from '../base/operation-handlers'
import { openEventStream, parseTopics } from './event-stream'
import { commonHeaders, holdFor, pourOut, send, sendJson } from './exchange'
import { createDescriptions } from './openapi/document'
import { readOperationInput } from './operation-input'
import { slices } from './pour'
import { decodePart, readQuery, refuseUnknown } from './request-target'
import { descriptionPaths } from './route-table'
import { createStreamPlaces } from './stream-places'

export interface ControlPlaneDeps {
  handlers: OperationHandlers
  authenticator: Authenticator
  hub: EventHub
  /** What the OpenAPI document says about this server; asked when somebody first reads it. */
  about: () => OpenApiOptions
  consoleFiles: ReadonlyMap<string, ConsoleFile>
  /** Answers a failure in the route's form. */
  fail: (exchange: Exchange, error: unknown) => void
}

const heartbeatMs = 15_000

/**
 * Everything but the data plane, as an Express app made from the operation table. The guards have run: each request comes with its
 * exchange. Stays up while caching is switched off.
 */
export function createControlPlane(deps: ControlPlaneDeps): { handle: (exchange: Exchange) => void } & Disposable {
  const { handlers, authenticator, hub, consoleFiles, fail } = deps
  const descriptions = createDescriptions(deps.about)
  const exchanges = new WeakMap<IncomingMessage, Exchange>()
  const streams = new Set<Disposable>()
  const places = createStreamPlaces(limits.streams)
  const app = express()
  app.disable('x-powered-by')
  app.set('case sensitive routing', true)
  app.set('strict routing', true)

  /** Registers a handler that gets the exchange, and whose failures are answered. */
  function route(method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, handle: (exchange: Exchange) => void | Promise<void>): void {
    app[method](path, async (request) => {
      const exchange = exchanges.get(request)
      if (!exchange)
        throw new Error('A request reached the control plane past the guards')
      try {
        await handle(exchange)
      }
      catch (error) {
        fail(exchange, error)
      }
    })
  }

  /** Who holds this request's credential now, without that counting as use. */
  function holderOf({ secret }: RequestHead): Principal | undefined {
    return secret === null ? authenticator.anonymous() : authenticator.stillHolds(secret)
  }

  /**
   * The caller, once the body is there: it may have come long after the head that the guards let through, and the
   * credential may have ended or lost rights meanwhile. Throws LarderError `key-invalid`.
   */
  function callerNow({ head, principal }: Exchange, open: boolean): Principal | null {
    const now = principal && holderOf(head)
    if (now === undefined && !open)
      throw new LarderError('key-invalid', 'This API key or session ended during the request.')
    return now ?? null
  }

  for (const [name, spec] of Object.entries(operations) as [OperationName, OperationSpec][]) {
    const method = spec.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
    route(method, expressPath(spec.path), async (exchange) => {
      const input = await readOperationInput(exchange, spec)
      const output = await invoke(handlers, name, input, { principal: callerNow(exchange, spec.scope === 'open') })
      if (spec.status === 204)
        send(exchange, 204, [])
      else if (spec.media)
        send(exchange, spec.status, ['Content-Type', spec.media], String(output))
      else
        sendJson(exchange, spec.status, output)
    })
  }

  route('get', dataOperations['events.watch'].path, (exchange) => {
    const query = readQuery(exchange.target.query)
    refuseUnknown(query, dataOperations['events.watch'].query)
    const topics = parseTopics(query.get('topics'))
    const { principal, head, response } = exchange
    if (!principal)
      throw new LarderError('key-missing', 'Watching events needs a key.')
    // Whoever has left already would never give a place back.
    if (response.closed || exchange.request.socket.destroyed)
      return
    const place = places.take(principal)
    const stream = openEventStream({
      response,
      headers: commonHeaders(exchange.corsOrigin),
      hub,
      topics,
      heartbeatMs,
      hold: holdFor(exchange),
      sees: event => maySee(principal, event),
      // Also ended when the credential's rights change: the reader comes back with the new ones.
      alive: () => holderOf(head) === principal,
    })
    streams.add(stream)
    response.once('close', () => {
      streams.delete(stream)
      place.dispose()
    })
  })

  route('get', descriptionPaths[0], exchange => send(exchange, 200, ['Content-Type', 'application/json'], descriptions.json()))
  route('get', descriptionPaths[1], async exchange => send(exchange, 200, ['Content-Type', 'application/yaml'], await descriptions.yaml()))

  for (const [path, file] of consoleFiles)
    route('get', expressPath(path), exchange => sendFile(exchange, file))

  // Express decodes path parameters before our handler does, and refuses bad encodings in its own words.
  app.use((_cause: unknown, request: Request, _response: Response, _next: NextFunction) => {
    const exchange = exchanges.get(request)
    if (exchange)
      fail(exchange, pathFault(exchange))
  })
  // The guards let only paths of the tables through; what is not registered above is answered all the same, not left hanging.
  app.use((request: Request) => {
    const exchange = exchanges.get(request)
    if (exchange)
      fail(exchange, new LarderError('not-found', 'There is nothing at this path.'))
  })

  return {
    handle(exchange) {
      exchanges.set(exchange.request, exchange)
      exchange.request.url = exchange.target.path
      app(exchange.request, exchange.response)
    },
    dispose() {
      for (const stream of streams)
        void stream.dispose()
    },
  }
}

/** `{name}` of our tables in Express's words. */
function expressPath(template: string): string {
  return template.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** What is wrong with a path that Express could not decode, by the parameter's name. */
function pathFault({ route }: Exchange): unknown {
  try {
    for (const [name, value] of Object.entries(route.kind === 'control' ? route.params : {}))
      decodePart(value, name)
  }
  catch (error) {
    return error
  }
  return new LarderError('bad-encoding', 'The path must be percent-encoded UTF-8.')
}

function sendFile(exchange: Exchange, file: ConsoleFile): void {
  const { response, head } = exchange
  if (head.ifNoneMatch?.includes(file.etag)) {
    response.writeHead(304, file.headers)
    response.end()
    return
  }
  response.writeHead(200, [...file.headers, 'Content-Length', String(file.body.length)])
  pourOut(exchange, slices(file.body), null)
}

/** A user's own events and those for everybody, of the caches that the key reaches; what only concerns settings needs `admin`. */
function maySee(principal: Principal, event: LarderEvent): boolean {
  if (event.user !== null && event.user !== principal.userId)
    return false
  if (event.topic === 'keys' || event.topic === 'users' || event.topic === 'settings')
    return principal.scopes.has('admin')
  const cache = 'cache' in event.payload ? event.payload.cache : null
  return principal.caches === null || event.topic === 'switch' || (typeof cache === 'string' && principal.caches.has(cache))
}
