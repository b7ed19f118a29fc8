import type { Cache, Statistics } from '../../../src/main/cache/ports'
import type { ProcessFigures } from '../../../src/main/http/metrics'
import { initialSettings } from '../../../src/shared/cache-settings'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'
import { goodWatch } from '../../helpers/server-watch'

export const statistics: Statistics = {
  hits: 12,
  staleHits: 2,
  misses: {
    ...mapRows(missReasons, () => 0),
    absent: 1,
    expired: 2,
    evicted: 3,
    flushed: 4,
    invalidated: 5,
    disabled: 6,
  },
  sets: 7,
  deletes: 8,
  evictions: 9,
  expirations: 10,
  latency: { count: 1000, p50: 40, p90: 250, p99: 1_500_000, max: 2_000_000 },
}

export function fakeCache(name: string, change: { enabled?: boolean, statistics?: Partial<Statistics> } = {}): Cache {
  const unused = (): never => {
    throw new Error('Metrics only read figures')
  }
  return {
    definition: { ...initialSettings, id: name, space: 'ann', name, ttl: 60, enabled: change.enabled ?? true },
    size: 3,
    bytes: 4096,
    storedLast: 0,
    newestVersion: 0,
    restoring: null,
    configure: unused,
    forecast: unused,
    get: unused,
    getHeld: unused,
    peek: unused,
    roomFor: unused,
    roomForBatch: unused,
    set: unused,
    delete: unused,
    drop: unused,
    touch: unused,
    increment: unused,
    mergePatch: unused,
    batch: unused,
    flush: unused,
    invalidate: unused,
    page: unused,
    orderProgress: unused,
    entries: unused,
    chosen: unused,
    recordHit: unused,
    recordLatency: unused,
    counters: {
      counts: { hits: 0, staleHits: 0, evictions: 0, flushes: 0 },
      misses: statistics.misses,
      latency: { count: 0, take: unused },
    },
    statistics: () => ({ ...statistics, ...change.statistics }),
  }
}

export const figures: ProcessFigures = {
  uptimeSeconds: 12.5,
  cpuSeconds: 1.25,
  inFlight: { bytes: 1_000_000, budget: 64_000_000 },
  eventStreams: { open: 3 },
  eventLoop: { p50: 0.0001, p99: 0.004, max: 0.02 },
  connections: [{
    name: 'main',
    driver: 'redis',
    condition: { state: 'down' },
    calls: { recent: () => ({ loads: 3, failures: 2, p50: 4, p99: null }), total: { loads: 70, failures: 9 } },
    breaker: { state: 'open' },
  }],
  watch: goodWatch,
}
