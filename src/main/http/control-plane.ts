import type { LarderEvent } from '@shared/events'
import type { OperationName, OperationSpec } from '@shared/operations'
import type { IncomingMessage } from 'node:http'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator, Principal } from '../base/principal'
import type { ConsoleFile } from './console-files'
import type { Exchange } from './exchange'
import type { OpenApiOptions } from './openapi/document'
import type { RequestHead } from './request-head'
import type { Params } from './route-table'
import type { StreamPlaces } from './stream-places'
import { consolePaths } from '@shared/console-paths'
import { dataOperations } from '@shared/data-operations'
import { LarderError } from '@shared/errors'
import { administrators } from '@shared/events'
import express from 'express'
import { slices } from '../base/answers/pour'
import { checkAccess, invoke } from '../base/operation-handlers'
import { isAdministrator, requireScope } from '../base/principal'
import { departureOf } from './departure'
import { openEventStream, parseTopics } from './event-stream'
import { commonHeaders, holdFor, pourOut, send, sendJson } from './exchange'
import { createDescriptions } from './openapi/document'
import { readOperationInput } from './operation-input'
import { decodePart, readQuery, refuseUnknown } from './request-target'
import { descriptionPaths } from './route-table'

export interface ControlPlaneDeps {
  handlers: OperationHandlers
  authenticator: Authenticator
  hub: EventHub
  /** What the OpenAPI document says about this server; called when somebody first reads it. */
  about: () => OpenApiOptions
  consoleFiles: ReadonlyMap<string, ConsoleFile>
  /** Places of the event streams. */
  places: StreamPlaces
  /** Answers a failure in the route's form. */
  fail: (exchange: Exchange, error: unknown) => void
}

const heartbeatMs = 15_000

/**
 * Everything but the data plane, as an Express app. The guards have already run and the route table
 * has found the row: each request comes with its exchange. Stays up while caching is switched off.
 */
export function createControlPlane(deps: ControlPlaneDeps): { handle: (exchange: Exchange) => void } & Disposable {
  const { handlers, authenticator, hub, consoleFiles, places, fail } = deps
  const descriptions = createDescriptions(deps.about)
  const exchanges = new WeakMap<IncomingMessage, Exchange>()
  const streams = new Set<Disposable>()

  /** The principal that this request's credential belongs to now; does not count as use. */
  function holderOf({ secret }: RequestHead): Principal | undefined {
    return secret === null ? authenticator.anonymous() : authenticator.stillHolds(secret)
  }

  /**
   * The caller at the time when the body has arrived. That may be long after the guards let the
   * head through, and the credential may have ended or lost rights since then. Throws LarderError
   * `key-invalid`.
   */
  function callerNow({ head, principal }: Exchange, open: boolean): Principal | null {
    const now = principal && holderOf(head)
    if (now === undefined && !open)
      throw new LarderError('key-invalid', 'This API key or session ended during the request.')
    return now ?? null
  }

  /**
   * What tells something may take long, and in the meantime the caller may have lost the right to
   * know it. What changes something has done so, and may end its own caller.
   */
  async function runFor(
    exchange: Exchange,
    name: OperationName,
    spec: OperationSpec,
    input: unknown,
  ): Promise<unknown> {
    const isOpen = spec.scope === 'open'
    try {
      const principal = callerNow(exchange, isOpen)
      return await invoke(handlers, name, input, { principal, left: departureOf(exchange) })
    }
    finally {
      if (!spec.mutates)
        checkAccess(spec, callerNow(exchange, isOpen))
    }
  }

  async function runOperation(exchange: Exchange, name: OperationName, spec: OperationSpec): Promise<void> {
    const input = await readOperationInput(exchange, spec)
    const output = await runFor(exchange, name, spec, input)
    if (spec.status === 204)
      send(exchange, 204, [])
    else if (spec.media)
      send(exchange, spec.status, ['Content-Type', spec.media], String(output))
    else
      sendJson(exchange, spec.status, output)
  }

  function watchEvents(exchange: Exchange): void {
    const spec = dataOperations['events.watch']
    const { principal, head, response } = exchange
    if (!principal)
      throw new LarderError('key-missing', 'Watching events needs a key.')
    requireScope(principal, spec.scope)
    const query = readQuery(exchange.target.query)
    refuseUnknown(query, spec.query)
    const topics = parseTopics(query.get('topics'))
    // A client that has already left would never give its place back.
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
      // Also ends when the credential's rights change: the reader reconnects with the new ones.
      alive: () => holderOf(head) === principal,
    })
    streams.add(stream)
    response.once('close', () => {
      streams.delete(stream)
      place.dispose()
    })
  }

  async function sendDocument(exchange: Exchange, template: string, params: Params): Promise<void> {
    for (const [name, value] of Object.entries(params))
      decodePart(value, name)
    const file = consoleFiles.get(template)
    if (file)
      sendFile(exchange, file)
    else if (template === descriptionPaths[0])
      send(exchange, 200, ['Content-Type', 'application/json'], descriptions.json())
    else
      send(exchange, 200, ['Content-Type', 'application/yaml'], await descriptions.yaml())
  }

  /** The same page at every path; it chooses the screen itself, or says that there is none. */
  function sendPage(exchange: Exchange, screen: boolean): void {
    const page = consoleFiles.get(consolePaths.overview)
    if (!page)
      throw new Error('The console has no page')
    // A client that asks for something else gets an error here, not this page.
    sendFile(exchange, { ...page, headers: [...page.headers, 'Vary', 'Accept'] }, screen ? 200 : 404)
  }

  /** Answers by the row that the route table has found. */
  async function answer(exchange: Exchange): Promise<void> {
    const { route } = exchange
    switch (route.kind) {
      case 'control':
        return runOperation(exchange, route.name, route.spec)
      case 'data':
        return watchEvents(exchange)
      case 'document':
        return sendDocument(exchange, route.template, route.params)
      case 'page':
        return sendPage(exchange, route.screen)
      default:
        throw new LarderError('not-found', 'There is nothing at this path.')
    }
  }

  const app = express()
  app.disable('x-powered-by')
  // A single handler, because the route table has already looked up the path.
  app.use((request) => {
    const exchange = exchanges.get(request)
    if (!exchange)
      throw new Error('A request reached the control plane past the guards')
    answer(exchange).catch((error: unknown) => fail(exchange, error))
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

function sendFile(exchange: Exchange, file: ConsoleFile, status: 200 | 404 = 200): void {
  const { response, head } = exchange
  // RFC 9110 §13.2.1: a condition counts only if the answer would be a success.
  if (status === 200 && head.ifNoneMatch?.includes(file.etag)) {
    response.writeHead(304, file.headers)
    response.end()
    return
  }
  response.writeHead(status, [...file.headers, 'Content-Length', String(file.body.length)])
  pourOut(exchange, slices(file.body), null)
}

/**
 * A principal sees its user's own events and those for everybody, if they belong to a cache that
 * the key reaches. Events about keys, users and settings need `admin`.
 */
function maySee(principal: Principal, event: LarderEvent): boolean {
  if (event.user === administrators) {
    if (!isAdministrator(principal))
      return false
  }
  else if (event.user !== null && event.user !== principal.userId) {
    return false
  }
  if (event.topic === 'keys' || event.topic === 'users' || event.topic === 'settings')
    return principal.scopes.has('admin')
  const cache = 'cache' in event.payload ? event.payload.cache : null
  return principal.caches === null
    || event.topic === 'switch'
    || (typeof cache === 'string' && principal.caches.has(cache))
}
