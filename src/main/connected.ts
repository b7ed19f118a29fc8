import type { RealClock, Stopwatch } from './base/clock'
import type { Logger } from './base/logger'
import type { Timer } from './base/timer'
import { createBreakers } from './serving/elsewhere/breaker'
import { createMeters } from './serving/elsewhere/meter'
import { createBackendLayer } from './serving/layers/backend'
import { createReadThrough } from './serving/layers/read-through'
import { createDrivers } from './upstreams/drivers'
import { createUpstreams } from './upstreams/upstreams'

interface ConnectedParts {
  /** Absolute path of the data folder. */
  home: string
  clock: RealClock
  stopwatch: Stopwatch
  timer: Timer
  logger: Logger
  /** The state of some connection is another one now. */
  onChange: () => void
}

/** Composes what caches have at connections: their layers, and how those and others share them. */
export function createConnected({ home, clock, stopwatch, timer, logger, onChange }: ConnectedParts) {
  const upstreams = createUpstreams({ drivers: createDrivers({ home, clock }), stopwatch, logger, onChange })
  const activity = { breakerOf: createBreakers(stopwatch), meterOf: createMeters(stopwatch) }
  const backend = createBackendLayer({
    backends: { find: ({ connection }) => upstreams.backendOf(connection), track: upstreams.track, ...activity },
    timer,
  })
  const readThrough = createReadThrough({
    sources: { find: ({ connection, format }) => upstreams.sourceOf(connection, { format }), ...activity },
    timer,
    random: Math.random,
  })
  const activityOf = (name: string) => ({ calls: activity.meterOf(name), breaker: activity.breakerOf(name) })
  return { upstreams, activity, activityOf, layers: [backend, readThrough] as const }
}
