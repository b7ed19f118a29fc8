import type { OperationOutput } from '@shared/operations'
import type { ServerWatch } from '@shared/server-watch'
import type { Stopwatch } from './base/clock'
import type { Disposable } from './base/disposable'
import type { Logger } from './base/logger'
import type { Principal } from './base/principal'
import type { Timer } from './base/timer'
import type { MetricsInput, ProcessFigures } from './http/metrics'
import type { ServedCaches } from './serving/caches'
import type { Phase } from './serving/readiness'
import type { Upstreams } from './upstreams/upstreams'
import process from 'node:process'
import { renderMetrics } from './http/metrics'
import { createReadiness } from './serving/readiness'
import { measureDisk } from './storage/disk-figures'
import { createEventLoopMonitor } from './watchdog/event-loop-delay'
import { createRecentDelay } from './watchdog/recent-delay'
import { createWatchdog } from './watchdog/watchdog'

interface WatchedDependencies extends Pick<ProcessFigures, 'inFlight' | 'eventStreams'> {
  home: string
  caches: ServedCaches
  engine: MetricsInput['engine'] & { readonly bytes: number }
  stores: () => Record<string, string>
  setAside: string[]
  upstreams: Pick<Upstreams, 'conditions'>
  activityOf: (name: string) => Pick<ProcessFigures['connections'][number], 'calls' | 'breaker'>
  phase: () => Phase
  /** Milliseconds of the stopwatch. */
  startedAt: number
  stopwatch: Stopwatch
  timer: Timer
  logger: Logger
}

interface Watched extends Disposable {
  readiness: () => OperationOutput<'health.ready'>
  /** Prometheus text for this caller. */
  metrics: (caller: Pick<Principal, 'userId' | 'caches' | 'admin'>) => string
  watch: () => ServerWatch
}

/** What the server tells of itself: whether it is ready, its figures, and what is wrong. */
export function createWatched(deps: WatchedDependencies): Watched {
  const { caches, engine, upstreams, stopwatch, timer, logger } = deps
  const eventLoop = createEventLoopMonitor()
  const recent = createRecentDelay(timer, createEventLoopMonitor)
  const watchdog = createWatchdog({
    loop: recent.look,
    rss: process.memoryUsage.rss,
    entries: () => engine,
    stores: deps.stores,
    connections: () => upstreams.conditions()
      .map(({ name, driver, condition: { state } }) => ({ name, driver, state })),
    measure: () => measureDisk(deps.home),
    timer,
    logger,
  })

  function processFigures(): ProcessFigures {
    const { user, system } = process.cpuUsage()
    return {
      uptimeSeconds: (stopwatch.now() - deps.startedAt) / 1000,
      cpuSeconds: (user + system) / 1e6,
      inFlight: deps.inFlight,
      eventStreams: deps.eventStreams,
      eventLoop: eventLoop.take(),
      connections: upstreams.conditions().map(connection => ({ ...connection, ...deps.activityOf(connection.name) })),
      watch: watchdog.state(),
    }
  }

  return {
    readiness: createReadiness({
      phase: deps.phase,
      stores: deps.stores,
      connections: upstreams.conditions,
      caches: caches.list,
      setAside: deps.setAside,
    }),
    metrics: ({ userId, caches: reach, admin }) => renderMetrics({
      caches: caches.list(userId)
        .map(({ cache }) => cache)
        .filter(({ definition: { name } }) => reach === null || reach.has(name)),
      engine,
      // Not even read for other callers, because each reading starts the measurement anew.
      process: admin ? processFigures() : null,
    }),
    watch: watchdog.state,
    async dispose() {
      await watchdog.dispose()
      await recent.dispose()
      await eventLoop.dispose()
    },
  }
}
