import type { OperationParsed } from '@shared/operations'
import type { RealClock } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { GatewayPorts } from '../base/gateway-ports'
import type { Principal } from '../base/principal'
import type { CacheFigures } from '../serving/ports'
import type { CacheDirectory } from './cache-directory'
import type { ConnectionDirectory } from './connection-directory'
import type { UserDirectory } from './user-directory'
import { initialSettings } from '@shared/cache-settings'
import { LarderError } from '@shared/errors'
import { randomId } from '../base/ids'
import { checkGateway } from './gateway-rules'
import { checkReserveWithin } from './reserves'
import { checkConnected, checkReserveRight } from './server-settings'

type CacheInput = OperationParsed<'caches.create'>

/** Makes caches, for whoever may. */
export interface CacheMaker {
  /**
   * Whether the caller may make all of these. Throws LarderError `quota-reached`, `admin-only`,
   * `invalid-input`, `connection-not-found`.
   */
  check: (caller: Principal, inputs: readonly CacheInput[]) => void
  /** Makes one that has been checked. Throws LarderError `name-taken`, `storage-full`. */
  make: (caller: Principal, input: CacheInput) => CacheFigures
  /** The ports that are taken by others than this cache. */
  portsBut: (id: string | null) => ReadonlySet<number>
}

interface CacheMakerParts {
  caches: CacheDirectory
  users: UserDirectory
  connections: Pick<ConnectionDirectory, 'has' | 'get'>
  gateways: Pick<GatewayPorts, 'ownPort'>
  events: EventHub
  clock: RealClock
}

export function createCacheMaker({ caches, users, connections, gateways, events, clock }: CacheMakerParts): CacheMaker {
  function checkQuota(userId: string, more: number): void {
    const { cacheLimit } = users.get(userId)
    if (caches.list(userId).length + more <= cacheLimit)
      return
    const remedy = 'Delete a cache, or ask an administrator for a higher limit.'
    throw new LarderError('quota-reached', `Your cache limit is ${cacheLimit}. ${remedy}`)
  }

  function portsBut(id: string | null): ReadonlySet<number> {
    return new Set([gateways.ownPort(), ...caches.gatewayPorts(id)])
  }

  return {
    portsBut,
    check(caller, inputs) {
      checkQuota(caller.userId, inputs.length)
      for (const input of inputs) {
        checkReserveRight(caller, initialSettings, input)
        checkReserveWithin(initialSettings, input)
        checkGateway(connections, caller, initialSettings, input, portsBut(null))
        checkConnected(connections, caller, initialSettings, input, caches.connected)
      }
    },
    make(caller, input) {
      const { userId } = caller
      const cache = caches.create({ id: randomId(), userId, ...input, createdAt: clock.wall() })
      events.emit('cache.created', userId, { cache: input.name })
      return cache
    },
  }
}
