import type { GatewayState } from '@shared/gateway-state'
import type { Server } from 'node:http'
import type { Disposable } from '../base/disposable'
import type { HostGuard } from '../base/host-guard'
import type { Listening } from '../base/listen'
import type { Logger } from '../base/logger'
import type { ServedCaches } from '../serving/caches'
import type { AssemblyParts, Followed } from './assemble'
import type { Entrance } from './listener'
import { messageOf } from '@shared/errors'
import { createTraffic } from '../base/answers/traffic'
import { createHostGuard, guardListening } from '../base/host-guard'
import { randomSecret } from '../base/ids'
import { stopServer } from '../base/stop-server'
import { assemble } from './assemble'
import { openListener } from './listener'

interface GatewaysParts extends AssemblyParts {
  logger: Logger
  host: string | null
  allowedHosts: readonly string[]
  tls: { cert: Buffer, key: Buffer } | null
}

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
  readonly number: number
  state: GatewayState
  /** What is behind it now; a change of other settings does not close the port. */
  entrance: Entrance
  readonly renew: (mount: Followed) => void
  listening: Listening<Server> | undefined
  /** Ends once the port is open or has failed, and the one before it is closed. */
  done: Promise<void>
  retry: Disposable | undefined
  gone: boolean
}

/** Milliseconds that requests have to finish when a port closes. */
const stopGrace = 1000
/** Milliseconds until a port that was taken is tried again. */
const retryAfter = 5000

export function createGateways(parts: GatewaysParts): Gateways {
  const { serving, inFlight, stopwatch, timer, logger, host, allowedHosts, tls } = parts
  const ports = new Map<string, Port>()
  const traffic = createTraffic({ stopwatch, inFlight })
  const [scheme, secure] = tls === null ? ['http', false] as const : ['https', true] as const

  /** Undefined for a cache without a gateway. Opens the port once the one before it is closed. */
  function createPort(mount: Followed, number: number, closed: Promise<void>): Port | undefined {
    let hosts: HostGuard = createHostGuard({ port: number, secure, names: allowedHosts })
    const url = `${scheme}://localhost:${number}`
    const place = { url, pseudonym: `larder-${randomSecret(8).toLowerCase()}`, hosts: () => hosts }
    const entrance = assemble(parts, mount, place)
    if (!entrance)
      return undefined
    const port: Port = {
      number,
      state: { state: 'failed', url, detail: 'It is being opened.' },
      entrance,
      renew: changed => port.entrance = assemble(parts, changed, place) ?? port.entrance,
      listening: undefined,
      done: closed.then(open),
      retry: undefined,
      gone: false,
    }
    return port

    async function open(): Promise<void> {
      if (port.gone)
        return
      try {
        const behind = { serving, stopwatch, logger, traffic, host, tls, entrance: () => port.entrance }
        const listening = await openListener(number, behind)
        hosts = guardListening(listening, host, { secure, names: allowedHosts })
        port.listening = listening
        port.state = { state: 'listening', url, detail: null }
        if (port.gone)
          await shut(port)
      }
      catch (error) {
        const detail = messageOf(error)
        if (port.state.detail !== detail)
          logger.warn('a gateway does not listen', { cache: port.entrance.cache(), reason: detail })
        port.state = { state: 'failed', url, detail }
        port.retry = timer.after(retryAfter, () => void open())
      }
    }
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

  return {
    state: id => ports.get(id)?.state,
    settled: id => ports.get(id)?.done,
    async start(caches) {
      caches.attach({
        follow(mount) {
          const { id, gateway, source } = mount.cache.definition
          const before = ports.get(id)
          const number = source === null ? undefined : gateway?.port
          if (before && before.number === number)
            return before.renew(mount)
          const closed = leave(id)
          const port = number === undefined ? undefined : createPort(mount, number, closed)
          if (port)
            ports.set(id, port)
        },
        leave: id => void leave(id),
      })
      await Promise.all([...ports.values()].map(({ done }) => done))
    },
    async dispose() {
      await Promise.all([...ports.keys()].map(leave))
      await traffic.dispose()
    },
  }
}
