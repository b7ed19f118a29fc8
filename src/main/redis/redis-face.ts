import type { RedisState } from '@shared/clients'
import type { Buffer } from 'node:buffer'
import type { Server, Socket } from 'node:net'
import type { Configuration } from '../base/configuration'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { Face } from '../base/face'
import type { Listening } from '../base/listen'
import type { RedisSurface } from '../base/redis-clients'
import type { Timer } from '../base/timer'
import type { RunLines } from './line-runner'
import type { Visitors, VisitorsParts } from './visitors'
import { createServer } from 'node:net'
import { messageOf } from '@shared/errors'
import { localName } from '../base/addresses'
import { listen, ListenError } from '../base/listen'
import { createReopenedPort } from './reopened-port'
import { listenOnSocket, resetConnection } from './unix-socket'

interface RedisFaceParts extends Omit<VisitorsParts, 'port' | 'unknownMost'>, Pick<Configuration, 'redis' | 'host'> {
  tls: { cert: Buffer, key: Buffer } | null
  hub: Pick<EventHub, 'subscribe' | 'emit'>
  timer: Timer
  /** Gets a sentence for people when the port cannot be opened again. */
  tell: (sentence: string) => void
}

interface RedisFace extends Face, RedisSurface {
  /** What a person should know about the start. */
  warnings: () => string[]
  /** Runs what a person types in the console, whether it listens or not. */
  runLines: RunLines
}

const remedy = 'choose another port with --redis-port or LARDER_REDIS_PORT.'
/** Milliseconds in which a client may take what it was answered when the server stops. */
const endingMost = 500
/** Milliseconds for which a client may be without a key, or in its TLS handshake. */
const unknownMost = 10_000
/** Events after which clients may see something else. */
const moves: ReadonlySet<string> = new Set(['switch', 'settings', 'cache.updated', 'cache.deleted'])

/**
 * The Redis protocol on a port of its own. Until somebody connects it is a socket that listens, and
 * the code behind it is not loaded. Switched off, it does not even listen.
 */
export function createRedisFace({ redis, host, tls, hub, timer, tell, ...parts }: RedisFaceParts): RedisFace {
  const { port: wanted, isAsked, socket: path } = redis ?? { port: 0, isAsked: false }
  /** The port that it has listened on, which stays the same when it is opened again. */
  let port = wanted
  let visitors: Promise<Visitors> | undefined
  let arrived: Visitors | undefined
  let following: Disposable | undefined
  let warning: string | null = null
  let lost: string | null = null
  const sockets = new Set<Socket>()
  /** What TLS connections run over, with those that are not through their handshake. */
  const underTls = new Set<Socket>()

  async function load(): Promise<Visitors> {
    const { createVisitors } = await import('./visitors')
    arrived = createVisitors({ ...parts, unknownMost, port: () => port })
    return arrived
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

  /** The same, and the socket in the file system; if that fails, nothing stays open. */
  async function withSocket(opened: Listening<Server>): Promise<Listening<Server>> {
    if (path === undefined)
      return opened
    try {
      // TLS has nothing to protect here: nobody else may connect.
      const server = await listenOnSocket(createServer({ allowHalfOpen: true }, welcome), path)
      return { ...opened, servers: [...opened.servers, server] }
    }
    catch (error) {
      for (const server of opened.servers)
        server.close()
      throw error
    }
  }

  const listener = createReopenedPort({
    async open() {
      const opened = await withSocket(await listen(await serverMaker(), host, port, remedy))
      port = opened.port
      warning = null
      lost = null
      hub.emit('settings', null, {})
      return opened
    },
    failed(error) {
      const told = `Redis clients cannot connect: ${messageOf(error)}`
      if (lost !== told) {
        [warning, lost] = [told, told]
        parts.logger.warn('the port of the Redis protocol cannot be opened', { error: messageOf(error) })
        tell(told)
        hub.emit('settings', null, {})
      }
    },
    timer,
  })

  /** As a server that is gone: nobody listens, and who is connected is cut off. */
  function isGone(): boolean {
    return !parts.caches.enabled && parts.settings.redisOff() === 'refuse'
  }

  function follow(): void {
    arrived?.followSwitches()
    if (isGone())
      sockets.forEach(resetConnection)
    listener.want(!isGone())
  }

  function state(): RedisState {
    if (redis === null)
      return { state: 'off', port: null, url: null, warning: null }
    const listening = listener.listening()
    if (listening === null || listening.servers.length === 0) {
      // A port that nobody has asked for is given up when it is taken.
      return { state: isGone() ? 'refusing' : 'failed', port: port === 0 ? null : port, url: null, warning }
    }
    const name = localName(host, listening.addresses, 'localhost')
    const url = `${tls === null ? 'redis' : 'rediss'}://${name}:${listening.port}`
    return { state: 'listening', port: listening.port, url, warning }
  }

  return {
    state,
    lost: () => lost,
    warnings: () => warning === null ? [] : [warning],
    clients: reader => arrived?.clients(reader) ?? [],
    load: reader => arrived?.load(reader) ?? { clients: 0, perSecond: 0 },
    disconnect: (reader, id) => arrived?.disconnect(reader, id) ?? false,
    unknown: userId => arrived?.unknown(userId) ?? [],
    runLines: async (run, context) => (await loaded()).runLines(run, context),
    async start() {
      const nowhere: Listening = { port: wanted, addresses: [], servers: [] }
      if (redis === null)
        return nowhere
      following = hub.subscribe(({ topic }) => moves.has(topic) && follow(), { passive: true })
      if (isGone()) {
        listener.want(false)
        return nowhere
      }
      try {
        return await listener.openNow()
      }
      catch (error) {
        if (isAsked || path !== undefined || !(error instanceof ListenError))
          throw error
        warning = `Redis clients cannot connect: ${error.message}`
        return nowhere
      }
    },
    async stop(graceMs) {
      await following?.dispose()
      const closed = listener.close()
      // Clients keep their connections, so that waiting for all of them would never end.
      for (const socket of sockets)
        socket.end()
      const cut = setTimeout(() => {
        for (const socket of [...sockets, ...underTls])
          socket.destroy()
      }, Math.min(graceMs, endingMost))
      await closed
      clearTimeout(cut)
      await (await visitors)?.dispose()
    },
  }
}
