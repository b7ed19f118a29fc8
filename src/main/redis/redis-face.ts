import type { Buffer } from 'node:buffer'
import type { Server, Socket } from 'node:net'
import type { Configuration } from '../base/configuration'
import type { Face } from '../base/face'
import type { Listening } from '../base/listen'
import type { RunLines } from './line-runner'
import type { Visitors, VisitorsParts } from './visitors'
import { createServer } from 'node:net'
import { messageOf } from '@shared/errors'
import { localName } from '../base/addresses'
import { listen, ListenError } from '../base/listen'

interface RedisFaceParts extends Omit<VisitorsParts, 'port' | 'unknownMost'>, Pick<Configuration, 'redis' | 'host'> {
  tls: { cert: Buffer, key: Buffer } | null
}

interface RedisFace extends Face {
  /** `redis://localhost:7379`; null while it does not listen. */
  url: () => string | null
  /** What a person should know about the start. */
  warning: () => string[]
  /** Runs what a person types in the console, whether it listens or not. */
  runLines: RunLines
}

const remedy = 'choose another port with --redis-port or LARDER_REDIS_PORT.'
/** Milliseconds in which a client may take what it was answered when the server stops. */
const endingMost = 500
/** Milliseconds for which a client may be without a key, or in its TLS handshake. */
const unknownMost = 10_000

/**
 * The Redis protocol on a port of its own. Until somebody connects it is a socket that listens, and
 * the code behind it is not loaded. Switched off, it does not even listen.
 */
export function createRedisFace({ redis, host, tls, ...parts }: RedisFaceParts): RedisFace {
  const { port: wanted, isAsked } = redis ?? { port: 0, isAsked: false }
  let listening: Listening<Server> | undefined
  let visitors: Promise<Visitors> | undefined
  let warning: string[] = []
  const sockets = new Set<Socket>()
  /** What TLS connections run over, with those that are not through their handshake. */
  const underTls = new Set<Socket>()

  async function load(): Promise<Visitors> {
    const { createVisitors } = await import('./visitors')
    return createVisitors({ ...parts, unknownMost, port: () => listening?.port ?? wanted })
  }

  function loaded(): Promise<Visitors> {
    return visitors ??= load()
  }

  function welcome(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // It may go before anybody looks after it.
    socket.on('error', () => socket.destroy())
    loaded().then(
      ({ welcome: receive }) => socket.destroyed || receive(socket),
      (error: unknown) => {
        parts.logger.error('the Redis face could not be loaded', { error: messageOf(error) })
        socket.destroy()
      },
    )
  }

  /** A client may close its side once it has sent all, and wait for the answers. */
  async function serverMaker(): Promise<() => Server> {
    const options = { allowHalfOpen: true }
    if (tls === null)
      return () => createServer(options, welcome)
    const { createServer: createTlsServer } = await import('node:tls')
    const secure = { ...options, ...tls, handshakeTimeout: unknownMost }
    return () => createTlsServer(secure, welcome).on('connection', (socket) => {
      underTls.add(socket)
      socket.once('close', () => underTls.delete(socket))
    })
  }

  return {
    url() {
      if (listening === undefined || listening.servers.length === 0)
        return null
      return `${tls === null ? 'redis' : 'rediss'}://${localName(host, listening.addresses, 'localhost')}:${listening.port}`
    },
    warning: () => warning,
    runLines: async (run, context) => (await loaded()).runLines(run, context),
    async start() {
      if (redis === null)
        return listening = { port: wanted, addresses: [], servers: [] }
      try {
        listening = await listen(await serverMaker(), host, wanted, remedy)
      }
      catch (error) {
        if (isAsked || !(error instanceof ListenError))
          throw error
        warning = [`Redis clients cannot connect: ${error.message}`]
        listening = { port: wanted, addresses: [], servers: [] }
      }
      return listening
    },
    async stop(graceMs) {
      const closed = (listening?.servers ?? []).map(server =>
        new Promise<void>(resolve => server.close(() => resolve())))
      // Clients keep their connections, so that waiting for all of them would never end.
      for (const socket of sockets)
        socket.end()
      const cut = setTimeout(() => {
        for (const socket of [...sockets, ...underTls])
          socket.destroy()
      }, Math.min(graceMs, endingMost))
      await Promise.all(closed)
      clearTimeout(cut)
      await (await visitors)?.dispose()
    },
  }
}
