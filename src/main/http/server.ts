import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Clock } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { InFlight } from '../base/in-flight'
import type { Logger } from '../base/logger'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator } from '../base/principal'
import type { Engine } from '../cache/ports'
import type { Exchange } from './exchange'
import type { HostGuard } from './host-guard'
import type { Listening } from './listen'
import type { OpenApiOptions } from './openapi/document'
import type { RequestLog } from './request-log'
import { createServer as createHttpServer } from 'node:http'
import { limits } from '../../shared/limits'
import { onClientError } from './client-errors'
import { readConsoleFiles } from './console-files'
import { createDataPlane } from './data-plane/data-plane'
import { createHostGuard } from './host-guard'
import { createLazyControlPlane } from './lazy-control-plane'
import { listen } from './listen'
import { createPipeline } from './pipeline'
import { sendError, toLarderError } from './problems'
import { createRouteTable, descriptionPaths } from './route-table'
import { createTraffic } from './traffic'

export interface LarderServerOptions {
  engine: Engine
  clock: Clock
  logger: Logger
  hub: EventHub
  handlers: OperationHandlers
  authenticator: Authenticator
  requestLog: RequestLog
  inFlight: InFlight
  /** What the OpenAPI document says about this server. */
  about: () => OpenApiOptions
  /** Largest value in bytes, now. */
  valueLimit: () => number
  /** Folder of the console's build. */
  consoleFolder: string
  port: number
  /** null = both loopback addresses. */
  host: string | null
  allowedHosts: readonly string[]
  tls: { cert: Buffer, key: Buffer } | null
}

export interface LarderServer {
  /** Binds and takes traffic. Throws ListenError. */
  start: () => Promise<Listening>
  /** Stops listening, ends event streams, lets requests finish for at most `graceMs`, then cuts what is left. */
  stop: (graceMs: number) => Promise<void>
}

/** A slow head is cut after 10 s plus the time between two checks; a body may take longer, as values are large. */
const serverOptions: ServerOptions = {
  // Head and request line count together here; the guards tell 414 from 431 below this.
  maxHeaderSize: limits.headers + limits.url + 1024,
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  // We look at Host ourselves: node would let a doubled one pass.
  requireHostHeader: false,
  // A request without a body gets no stream to be read to its end, which node would do for each. Older versions ignore it.
  optimizeEmptyRequests: true,
}

/** The HTTP server: one pipeline on `request` – guards, then data plane or control plane. */
export function createLarderServer(options: LarderServerOptions): LarderServer {
  const { engine, clock, logger, hub, handlers, authenticator, requestLog, inFlight, about, valueLimit } = options
  const consoleFiles = readConsoleFiles(options.consoleFolder)
  const fail = (exchange: Exchange, error: unknown): void => sendError(exchange, toLarderError(error, logger), clock)
  const traffic = createTraffic({ clock, inFlight })
  const control = createLazyControlPlane({ handlers, authenticator, hub, about, consoleFiles, fail })
  const data = createDataPlane({ engine, valueLimit })
  const route = createRouteTable(new Set([...consoleFiles.keys(), ...descriptionPaths]))
  let hosts: HostGuard = createHostGuard({ port: options.port, secure: options.tls !== null, names: [] })
  const run = createPipeline({ clock, authenticator, requestLog, traffic, route, control, data, fail, hosts: () => hosts })
  let listening: Listening | undefined

  /** TLS takes time to load, which only those who serve by it should spend. */
  async function chooseProtocol(): Promise<() => Server> {
    const { tls } = options
    if (!tls)
      return () => createHttpServer(serverOptions)
    const https = await import('node:https')
    return () => https.createServer({ ...serverOptions, ...tls })
  }

  function equip(server: Server): Server {
    // Node drops the fields behind this one unseen, a second Host among them: the guards refuse a head that has it.
    server.maxHeadersCount = limits.headerFields + 1
    // Who has closed may go on to receive (RFC 9293 §3.6). The property is as old as the class, and missing in its documentation.
    Object.assign(server, { httpAllowHalfOpen: true })
    server.on('request', (request: IncomingMessage, response: ServerResponse) => run(request, response, false))
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => run(request, response, true))
    // An expectation other than 100-continue may be ignored (RFC 9110 §10.1.1).
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => run(request, response, false))
    server.on('clientError', onClientError)
    return server
  }

  return {
    async start() {
      const create = await chooseProtocol()
      listening = await listen(() => equip(create()), options.host, options.port)
      const own = options.host === null || /^(?:0\.0\.0\.0|::)$/.test(options.host) ? [] : [`${listening.addresses[0]}:${listening.port}`]
      hosts = createHostGuard({ port: listening.port, secure: options.tls !== null, names: [...options.allowedHosts, ...own] })
      return listening
    },
    async stop(graceMs) {
      await control.dispose()
      await Promise.all((listening?.servers ?? []).map(server => stopServer(server, graceMs)))
      listening = undefined
      await traffic.dispose()
    },
  }
}

async function stopServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  // Connections become idle as their requests finish; close() alone would wait for their keep-alive.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
