import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Stopwatch } from '../base/clock'
import type { Listening } from '../base/listen'
import type { Logger } from '../base/logger'
import type { Principal } from '../base/principal'
import type { Serving } from '../serving/serving'
import type { Gateway } from './gateway'
import { createServer as createHttpServer } from 'node:http'
import { limits } from '@shared/limits'
import { listen } from '../base/listen'
import { toLarderError } from '../base/unexpected'
import { createVisit } from './visit'

interface ListenerParts {
  serving: Pick<Serving, 'finish'>
  stopwatch: Stopwatch
  logger: Logger
  /** Throws LarderError for whoever may not come in. */
  door: (request: IncomingMessage) => void
  gateway: Gateway
  principal: Principal
  cache: () => string
  host: string | null
  tls: { cert: Buffer, key: Buffer } | null
}

const noTunnel = 'HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

const serverOptions: ServerOptions = {
  maxHeaderSize: limits.headers + limits.url + 1024,
  headersTimeout: 10_000,
  // A body may be a large upload; what pauses for long is cut elsewhere.
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  // The door counts them itself.
  requireHostHeader: false,
}

/** Binds the port of one gateway. Throws ListenError. */
export async function openListener(port: number, parts: ListenerParts): Promise<Listening<Server>> {
  const { serving, stopwatch, logger, door, gateway, principal, cache, tls } = parts

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = createVisit(request, response, { serving, principal, cache: cache(), started: stopwatch.now() })
    try {
      door(request)
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
    server.on('request', (request, response) => void answer(request, response))
    server.on('checkContinue', (request, response) => {
      response.writeContinue()
      void answer(request, response)
    })
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
