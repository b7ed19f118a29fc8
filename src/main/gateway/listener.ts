import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Stopwatch } from '../base/clock'
import type { Listening } from '../base/listen'
import type { Logger } from '../base/logger'
import type { Principal } from '../base/principal'
import type { Door } from './door'
import type { ForPage } from './for-pages'
import type { Gateway } from './gateway'
import type { VisitParts } from './visit'
import { createServer as createHttpServer } from 'node:http'
import { limits } from '@shared/limits'
import { messageLimits } from '../base/answers/message-limits'
import { inOrder } from '../base/answers/pipelining'
import { listen } from '../base/listen'
import { readTarget } from '../base/target'
import { toLarderError } from '../base/unexpected'
import { createVisit } from './visit'

/** What is behind the port of a gateway. */
export interface Entrance {
  door: Door
  gateway: Gateway
  page: (request: IncomingMessage) => ForPage
  /** Whose calls these are, and who is charged for what clients do not take. */
  principal: Principal
  /** Name of the cache. */
  cache: () => string
}

interface ListenerParts extends VisitParts {
  stopwatch: Stopwatch
  logger: Logger
  /** Asked for each request. */
  entrance: () => Entrance
  host: string | null
  tls: { cert: Buffer, key: Buffer } | null
}

const noTunnel = 'HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

const serverOptions: ServerOptions = {
  ...messageLimits,
  // A body may be a large upload; what pauses for long is cut elsewhere.
  requestTimeout: 300_000,
}

/** Binds the port of one gateway. Throws ListenError. */
export async function openListener(port: number, parts: ListenerParts): Promise<Listening<Server>> {
  const { stopwatch, logger, traffic, entrance, tls } = parts

  async function answer(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const { door, gateway, page, principal, cache } = entrance()
    const started = stopwatch.now()
    const target = readTarget(request.url ?? '')
    const about = { target, principal, cache: cache(), started, page: () => page(request), expectsContinue }
    const visit = createVisit(request, response, parts, about)
    try {
      door(request, target)
      await gateway(visit)
    }
    catch (error) {
      visit.fail(toLarderError(error, logger))
    }
    finally {
      visit.settle()
    }
  }

  function equip(server: Server): Server {
    server.maxHeadersCount = 2 * limits.headerFields
    const run = inOrder(traffic.outflow, (...message) => void answer(...message))
    server.on('request', (request, response) => run(request, response, false))
    server.on('checkContinue', (request, response) => run(request, response, true))
    // Other expectations may be ignored (RFC 9110 §10.1.1); the origin does not get them either.
    server.on('checkExpectation', (request, response) => run(request, response, false))
    // There is no tunnel through a gateway.
    server.on('connect', (_, socket) => {
      // Node has taken its own listener away.
      socket.on('error', () => socket.destroy())
      socket.end(noTunnel, () => socket.destroy())
    })
    return server
  }

  const create = tls === null ? null : (await import('node:https')).createServer
  return await listen(
    () => equip(create && tls ? create({ ...serverOptions, ...tls }) : createHttpServer(serverOptions)),
    parts.host,
    port,
    'give the gateway another one.',
  )
}
