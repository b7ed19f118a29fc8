import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RealClock, Stopwatch } from '../base/clock'
import type { Conversions } from '../base/conversions'
import type { EventHub } from '../base/event-hub'
import type { Face } from '../base/face'
import type { HostGuard } from '../base/host-guard'
import type { InFlight } from '../base/in-flight'
import type { Listening } from '../base/listen'
import type { Logger } from '../base/logger'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator } from '../base/principal'
import type { Serving } from '../serving/serving'
import type { BrokenMessage } from './client-errors'
import type { Exchange } from './exchange'
import type { OpenApiOptions } from './openapi/document'
import type { StreamPlaces } from './stream-places'
import { createServer as createHttpServer } from 'node:http'
import { limits } from '@shared/limits'
import { messageLimits } from '../base/answers/message-limits'
import { createTraffic } from '../base/answers/traffic'
import { createHostGuard, guardListening } from '../base/host-guard'
import { listen } from '../base/listen'
import { stopServer } from '../base/stop-server'
import { toLarderError } from '../base/unexpected'
import { brokenCall } from '../serving/call'
import { answerClientError } from './client-errors'
import { readConsoleFiles } from './console-files'
import { createDataPlane } from './data-plane/data-plane'
import { createLazyControlPlane } from './lazy-control-plane'
import { createPipeline } from './pipeline'
import { sendError } from './problems'
import { createPageTable, createRouteTable, descriptionPaths } from './route-table'

interface HttpFaceOptions {
  serving: Serving
  clock: RealClock
  stopwatch: Stopwatch
  logger: Logger
  hub: EventHub
  handlers: OperationHandlers
  authenticator: Authenticator
  inFlight: InFlight
  /** Places of the event streams. */
  places: StreamPlaces
  /** What the OpenAPI document says about this server. */
  about: () => OpenApiOptions
  /** Largest size of a value at the moment, in bytes. */
  valueLimit: () => number
  conversions: Conversions
  /** Folder of the console's build. */
  consoleFolder: string
  port: number
  /** null = both loopback addresses. */
  host: string | null
  allowedHosts: readonly string[]
  tls: { cert: Buffer, key: Buffer } | null
}

const serverOptions: ServerOptions = {
  ...messageLimits,
  // Longer than a head may take, because values are large.
  requestTimeout: 120_000,
  // Without this, node would create a stream and read it to its end even for requests without a
  // body. Older versions of node ignore it.
  optimizeEmptyRequests: true,
}

/**
 * HTTP: one pipeline on `request`, with the guards, then the data plane or the control plane.
 * Stopping ends event streams at once.
 */
export function createHttpFace(options: HttpFaceOptions): Face {
  const { serving, clock, stopwatch, logger, hub, handlers, authenticator, inFlight, about } = options
  const { valueLimit, conversions } = options
  const consoleFiles = readConsoleFiles(options.consoleFolder)
  const answers = { clock, authenticator }
  const fail = (exchange: Exchange, error: unknown): void => sendError(exchange, toLarderError(error, logger), answers)
  const traffic = createTraffic({ stopwatch, inFlight })
  const control = createLazyControlPlane({
    handlers,
    authenticator,
    hub,
    about,
    consoleFiles,
    places: options.places,
    fail,
  })
  const data = createDataPlane({ serving, valueLimit, conversions })
  const documents = new Set([...consoleFiles.keys(), ...descriptionPaths])
  let hosts: HostGuard = createHostGuard({ port: options.port, secure: options.tls !== null, names: [] })
  const run = createPipeline({
    stopwatch,
    authenticator,
    serving,
    traffic,
    route: createRouteTable(documents),
    pageAt: createPageTable(documents),
    control,
    data,
    fail,
    hosts: () => hosts,
  })
  let listening: Listening<Server> | undefined

  function logBroken({ error, status, bytes }: BrokenMessage): void {
    serving.finish(brokenCall(error, stopwatch.now()), status, 0, bytes)
  }

  /** Loads TLS only if it is used, because it takes time to load. */
  async function chooseProtocol(): Promise<() => Server> {
    const { tls } = options
    if (!tls)
      return () => createHttpServer(serverOptions)
    const https = await import('node:https')
    return () => https.createServer({ ...serverOptions, ...tls })
  }

  function equip(server: Server): Server {
    // Node silently drops the fields after this one, and a second Host may be among them. The
    // guards refuse a head that has this many.
    server.maxHeadersCount = limits.headerFields + 1
    // A client that has closed its half may go on receiving (RFC 9293 §3.6). The property is as old
    // as the class, but is not documented.
    Object.assign(server, { httpAllowHalfOpen: true })
    server.on('request', (request: IncomingMessage, response: ServerResponse) => run(request, response, false))
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => run(request, response, true))
    // An expectation other than 100-continue may be ignored (RFC 9110 §10.1.1).
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => run(request, response, false))
    server.on('clientError', (error: Error, socket: Socket) =>
      answerClientError(error, socket, traffic.lingering, logBroken))
    return server
  }

  return {
    async start() {
      const create = await chooseProtocol()
      listening = await listen(() => equip(create()), options.host, options.port)
      const { host, tls, allowedHosts: names } = options
      hosts = guardListening(listening, host, { secure: tls !== null, names })
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
