import type { OperationOutput } from '@shared/operations'
import type { ServerWatch } from '@shared/server-watch'
import type { Stopwatch } from '../base/clock'
import type { Principal } from '../base/principal'
import type { RedisSurface } from '../base/redis-clients'
import type { ServedCaches } from '../serving/caches'
import type { CacheFigures } from '../serving/ports'
import type { HandlersOf } from './handlers'
import type { StoredSettings } from './stored-settings'
import { LarderError } from '@shared/errors'
import { isAdministrator } from '../base/principal'
import { callerOf } from './handlers'
import { describeOffTime } from './off-time'
import { total, withHitRatio } from './totals'

/** How many requests there are. */
interface RequestFigures {
  /** Mean of the last ten seconds. */
  perSecond: () => number
  /** Since the start. */
  total: () => number
}

export interface ServerStateDependencies {
  caches: Pick<ServedCaches, 'enabled' | 'budget' | 'list' | 'offTimes'>
  stopwatch: Stopwatch
  requestLog: RequestFigures
  /** `startedAt` in milliseconds of the stopwatch. */
  info: { version: string, startedAt: number, redis: () => Pick<RedisSurface, 'lost' | 'load' | 'state'> | null }
  settings: Pick<StoredSettings, 'redisOff'>
  readiness: () => OperationOutput<'health.ready'>
  watch: () => ServerWatch
  /**
   * Prometheus text about the caller's caches, with the figures of the process if the caller is an
   * administrator.
   */
  metrics: (caller: Pick<Principal, 'userId' | 'caches' | 'admin'>) => string
}

export function createServerStateHandlers({
  caches,
  stopwatch,
  requestLog,
  info,
  settings,
  readiness,
  watch,
  metrics,
}: ServerStateDependencies): HandlersOf<'stats' | 'health' | 'metrics'> {
  function everyone(): OperationOutput<'stats.get'>['everyone'] {
    const all = caches.list().map(({ cache }) => cache)
    return { ...sizeOf(all), hitRatio: totalOf(all).hitRatio }
  }

  return {
    'stats.get': (_, context) => {
      const caller = callerOf(context)
      const { userId, admin } = caller
      const own = caches.list(userId).map(({ cache }) => cache)
      const { stores, setAside } = readiness()
      const redis = info.redis()
      const isSpoken = redis !== null && redis.state().state !== 'off'
      return {
        uptime: (stopwatch.now() - info.startedAt) / 1000,
        enabled: caches.enabled,
        ...describeOffTime(caches.offTimes.ofAll(userId)),
        ...sizeOf(own),
        budget: caches.budget,
        failing: failingOf(stores),
        ...isSpoken && { redis: { off: settings.redisOff(), ...redis.load(caller), lost: redis.lost() } },
        ...admin && setAside && { setAside },
        // Figures of the whole server would reveal what other users do.
        rss: admin ? process.memoryUsage.rss() : null,
        requests: admin ? requestLog.total() : null,
        requestsPerSecond: admin ? requestLog.perSecond() : null,
        totals: totalOf(own),
        everyone: admin ? everyone() : null,
        ...admin && { watch: watch() },
      }
    },
    'health.live': () => ({ status: 'ok', version: info.version }),
    'health.ready': (_, { principal }) => {
      const state = readiness()
      // A degraded server still takes traffic: reads work, and the answer says which store fails.
      if (state.status === 'starting' || state.status === 'stopping')
        throw new LarderError('not-ready', `The server is ${state.status}.`, { retryAfter: 1 })
      const { status, stores, restoring } = state
      return isAdministrator(principal) ? state : { status, stores: inShort(stores), ...restoring && { restoring } }
    },
    'metrics.get': (_, context) => metrics(callerOf(context)),
  }
}

function sizeOf(caches: readonly CacheFigures[]): { caches: number, entries: number, bytes: number } {
  return {
    caches: caches.length,
    entries: caches.reduce((sum, cache) => sum + cache.size, 0),
    bytes: caches.reduce((sum, cache) => sum + cache.bytes, 0),
  }
}

function totalOf(caches: readonly CacheFigures[]): ReturnType<typeof withHitRatio> {
  return withHitRatio(total(caches.map(cache => cache.statistics())))
}

/** Names of the stores that are not well. */
function failingOf(stores: Readonly<Record<string, string>>): string[] {
  return Object.keys(stores).filter(name => stores[name] !== 'ok')
}

/** Shows everybody which store fails, but not why: the reasons name files of the machine. */
function inShort(stores: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(stores).map(([name, state]) => [name, state === 'ok' ? 'ok' : 'failing']))
}
