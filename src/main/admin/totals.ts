import type { Percentiles, Statistics } from '../serving/ports'
import { countMisses, missReasons } from '@shared/miss-reasons'
import { mapRows } from '@shared/rows'

/**
 * hits / (hits + misses), null before the first read. A read that a switch turned away says nothing
 * about the cache, so it does not count: an outage drill must not lower the ratio for good.
 */
export function withHitRatio(statistics: Statistics): Statistics & { hitRatio: number | null } {
  const { hits, misses } = statistics
  const reads = hits + countMisses(misses)
  return { ...statistics, hitRatio: reads === 0 ? null : hits / reads }
}

/**
 * Statistics of several caches together. Counts are exact. Latencies are upper bounds: the largest
 * of the caches' own percentiles, which the true percentile over all requests never exceeds.
 */
export function total(all: readonly Statistics[]): Statistics {
  const sum = (count: (statistics: Statistics) => number): number =>
    all.reduce((so, statistics) => so + count(statistics), 0)
  const latency = (of: (latency: Percentiles) => number): number =>
    all.reduce((most, statistics) => Math.max(most, of(statistics.latency)), 0)
  return {
    hits: sum(s => s.hits),
    staleHits: sum(s => s.staleHits),
    misses: mapRows(missReasons, (_, reason) => sum(s => s.misses[reason])),
    sets: sum(s => s.sets),
    deletes: sum(s => s.deletes),
    evictions: sum(s => s.evictions),
    expirations: sum(s => s.expirations),
    latency: {
      count: sum(s => s.latency.count),
      p50: latency(l => l.p50),
      p90: latency(l => l.p90),
      p99: latency(l => l.p99),
      max: latency(l => l.max),
    },
  }
}
