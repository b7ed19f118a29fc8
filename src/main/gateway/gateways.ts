import type { CacheSettings } from '@shared/cache-settings'
import type { GatewayState } from '@shared/gateway-state'
import type { Server } from 'node:http'
import type { RealClock, Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { HostGuard } from '../base/host-guard'
import type { InFlight } from '../base/in-flight'
import type { Listening } from '../base/listen'
import type { Logger } from '../base/logger'
import type { Origin } from '../base/origin'
import type { Principal } from '../base/principal'
import type { Timer } from '../base/timer'
import type { ServedCaches } from '../serving/caches'
import type { Breaker } from '../serving/elsewhere/breaker'
import type { CallMeter } from '../serving/elsewhere/meter'
import type { CacheDefinition } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { Missed } from './gateway'
import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '@shared/errors'
import { createHostGuard, guardListening } from '../base/host-guard'
import { randomSecret } from '../base/ids'
import { widenScopes } from '../base/principal'
import { stopServer } from '../base/stop-server'
import { createUpstream } from '../serving/elsewhere/upstream'
import { createAnswerShelf } from './answer-shelf'
import { createDoor } from './door'
import { createFetching } from './fetching'
import { createForward } from './forward'
import { createGateway } from './gateway'
import { openListener } from './listener'
import { createPassing } from './passing'

interface GatewaysParts {
  serving: Serving
  origins: {
    /** The server of a connection; undefined if there is none by HTTP. */
    find: (connection: string) => Origin | undefined
    meterOf: (connection: string) => CallMeter
  }
  inFlight: InFlight
  valueLimit: () => number
  clock: Pick<RealClock, 'wall'>
  stopwatch: Stopwatch
  timer: Timer
  logger: Logger
  host: string | null
  allowedHosts: readonly string[]
  tls: { cert: Buffer, key: Buffer } | null
}

/** A cache whose gateway is to be as its definition says now. */
interface Followed { readonly cache: { readonly definition: CacheDefinition } }

/** The ports of all caches that have a gateway. */
interface Gateways extends Disposable {
  /** Undefined for a cache without a gateway. */
  state: (id: string) => GatewayState | undefined
  /** Resolves when the port of this cache is open, or has failed; undefined: it has none. */
  settled: (id: string) => Promise<void> | undefined
  /** Follows these caches from now on. Resolves when every port is open, or has failed. */
  start: (caches: Pick<ServedCaches, 'attach'>) => Promise<void>
}

interface Port {
  settings: Pick<CacheSettings, 'gateway' | 'source'>
  state: GatewayState
  listening: Listening<Server> | undefined
  /** Ends once the port is open or has failed, and the one before it is closed. */
  done: Promise<void>
  retry: Disposable | undefined
  gone: boolean
}

/** One slow target says nothing about the others, and a client of a proxy tries again by itself. */
const neverRests: Breaker = { state: 'closed', rest: null, enter: () => () => true, reset: () => {} }

/** Seconds that an upload may take, its answer included. */
const longestUpload = 300
/** Milliseconds that requests have to finish when a port closes. */
const stopGrace = 1000
/** Milliseconds until a port that was taken is tried again. */
const retryAfter = 5000

export function createGateways(parts: GatewaysParts): Gateways {
  const { serving, origins, inFlight, valueLimit, clock, stopwatch, timer, logger, host, allowedHosts, tls } = parts
  const ports = new Map<string, Port>()
  /** By the ids of caches. */
  const missedBy = new Map<string, Missed>()
  const scheme = tls === null ? 'http' : 'https'

  async function open(port: Port, { cache }: Followed): Promise<void> {
    const { gateway: settings, source } = cache.definition
    if (settings === null || source === null || port.gone)
      return
    const pseudonym = `larder-${randomSecret(8).toLowerCase()}`
    const principal: Principal = {
      kind: 'environment',
      keyId: null,
      userId: cache.definition.space,
      admin: false,
      scopes: widenScopes(['read', 'write']),
      caches: null,
      origins: new Set(),
    }
    const find = (): Origin | undefined => origins.find(source.connection)
    const upstreamWith = (deadline: number) => createUpstream<Origin>({
      role: 'source',
      name: source.connection,
      find,
      breaker: neverRests,
      meter: origins.meterOf(source.connection),
      stopwatch,
      timer,
      deadline,
    })
    let hosts: HostGuard = createHostGuard({ port: settings.port, secure: tls !== null, names: allowedHosts })
    const shelf = createAnswerShelf({ serving, name: () => cache.definition.name })
    const forward = createForward({
      upstream: upstreamWith(source.hardTimeout),
      uploads: upstreamWith(longestUpload),
      wall: clock.wall,
      pseudonym,
      secrets: settings.secrets,
    })
    const passing = createPassing({ inFlight, holder: principal, timer, valueLimit })
    const fetching = createFetching({ shelf, forward, passing, grace: source.grace })
    const { url } = port.state
    const gateway = createGateway({
      shelf,
      forward,
      fetching,
      timer,
      origins: () => [url, find()?.url ?? url],
      off: settings.off,
      patience: source.hardTimeout,
      missed: missedOf(cache.definition.id),
    })
    try {
      const listening = await openListener(settings.port, {
        serving,
        stopwatch,
        logger,
        door: createDoor({ hosts: () => hosts, origins: new Set(settings.origins), pseudonym }),
        gateway,
        principal,
        cache: () => cache.definition.name,
        host,
        tls,
      })
      hosts = guardListening(listening, host, { secure: tls !== null, names: allowedHosts })
      port.listening = listening
      port.state = { state: 'listening', url, detail: null }
      if (port.gone)
        await shut(port)
    }
    catch (error) {
      const detail = messageOf(error)
      if (port.state.detail !== detail)
        logger.warn('a gateway does not listen', { cache: cache.definition.name, reason: detail })
      port.state = { state: 'failed', url, detail }
      port.retry = timer.after(retryAfter, () => void open(port, { cache }))
    }
  }

  function missedOf(id: string): Missed {
    const missed = missedBy.get(id) ?? { targets: new Set(), more: false }
    missedBy.set(id, missed)
    return missed
  }

  async function shut(port: Port): Promise<void> {
    port.gone = true
    port.retry?.dispose()
    const servers = port.listening?.servers ?? []
    port.listening = undefined
    await Promise.all(servers.map(server => stopServer(server, stopGrace)))
  }

  function leave(id: string): Promise<void> {
    const port = ports.get(id)
    ports.delete(id)
    return port === undefined ? Promise.resolve() : port.done.then(() => shut(port))
  }

  function follow(mount: Followed): void {
    const { id, gateway, source } = mount.cache.definition
    const before = ports.get(id)
    if (before && isDeepStrictEqual(before.settings, { gateway, source }))
      return
    const closed = leave(id)
    if (gateway === null || source === null)
      return
    const url = `${scheme}://localhost:${gateway.port}`
    const port: Port = {
      settings: { gateway, source },
      state: { state: 'failed', url, detail: 'It is being opened.' },
      listening: undefined,
      done: Promise.resolve(),
      retry: undefined,
      gone: false,
    }
    ports.set(id, port)
    port.done = closed.then(() => open(port, mount))
  }

  return {
    state: id => ports.get(id)?.state,
    settled: id => ports.get(id)?.done,
    async start(caches) {
      caches.attach({
        follow,
        leave(id) {
          missedBy.delete(id)
          void leave(id)
        },
      })
      await Promise.all([...ports.values()].map(({ done }) => done))
    },
    dispose: async () => void await Promise.all([...ports.keys()].map(leave)),
  }
}
