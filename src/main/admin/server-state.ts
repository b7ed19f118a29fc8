import type { OperationOutput, OperationParsed } from '../../shared/operations'
import type { Clock } from '../base/clock'
import type { Engine } from '../cache/ports'
import type { HandlersOf } from './handlers'
import { LarderError } from '../../shared/errors'
import { callerOf } from './handlers'
import { total, withHitRatio } from './totals'

/** The newest data-plane requests. */
export interface RequestHistory {
  list: (userId: string, query: OperationParsed<'requests.list'>) => OperationOutput<'requests.list'>
  /** Mean of the last ten seconds. */
  perSecond: () => number
  /** Since the start. */
  total: () => number
}

export interface ServerStateDependencies {
  engine: Engine
  clock: Clock
  requestLog: RequestHistory
  /** `startedAt` in milliseconds of the monotonic clock. */
  info: { version: string, startedAt: number }
  readiness: () => OperationOutput<'health.ready'>
  /** Prometheus text over a user's caches; with `names`, over these of them alone. */
  metrics: (userId: string, names: ReadonlySet<string> | null) => string
}

export function createServerStateHandlers({ engine, clock, requestLog, info, readiness, metrics }: ServerStateDependencies): HandlersOf<'stats' | 'requests' | 'health' | 'metrics'> {
  return {
    'stats.get': (_, context) => {
      const caches = engine.list(callerOf(context).userId)
      return {
        uptime: (clock.monotonic() - info.startedAt) / 1000,
        enabled: engine.enabled,
        caches: caches.length,
        entries: caches.reduce((sum, cache) => sum + cache.size, 0),
        bytes: caches.reduce((sum, cache) => sum + cache.bytes, 0),
        budget: engine.budget,
        rss: process.memoryUsage.rss(),
        requests: requestLog.total(),
        requestsPerSecond: requestLog.perSecond(),
        totals: withHitRatio(total(caches.map(cache => cache.statistics()))),
      }
    },
    'requests.list': (query, context) => requestLog.list(callerOf(context).userId, query),
    'health.live': () => ({ status: 'ok', version: info.version }),
    'health.ready': () => {
      const state = readiness()
      // Degraded still takes traffic: reads work, and the answer says which store does not.
      if (state.status === 'starting' || state.status === 'stopping')
        throw new LarderError('not-ready', `The server is ${state.status}.`, { retryAfter: 1 })
      return state
    },
    'metrics.get': (_, context) => {
      const { userId, caches } = callerOf(context)
      return metrics(userId, caches)
    },
  }
}
