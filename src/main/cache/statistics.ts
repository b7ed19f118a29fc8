import type { MissReason } from '@shared/miss-reasons'
import type { Counters, Statistics } from './ports'
import { missReasons } from '@shared/miss-reasons'
import { mapRows } from '@shared/rows'
import { createHistogram } from '../base/histogram'

type Counter = 'sets' | 'deletes' | 'evictions' | 'expirations' | 'flushes'

/**
 * Counters of a cache since it was opened. `deletes` are entries dropped on request: by delete,
 * invalidation or flush.
 */
export interface StatisticsKeeper {
  hit: (stale: boolean) => void
  miss: (reason: MissReason) => void
  count: (counter: Counter, by?: number) => void
  recordLatency: (microseconds: number) => void
  snapshot: () => Statistics
  readonly counters: Counters
}

export function createStatistics(): StatisticsKeeper {
  const counts = { hits: 0, staleHits: 0, sets: 0, deletes: 0, evictions: 0, expirations: 0, flushes: 0 }
  const misses = mapRows(missReasons, () => 0)
  const latency = createHistogram()
  return {
    hit(stale) {
      counts.hits++
      if (stale)
        counts.staleHits++
    },
    miss(reason) {
      misses[reason]++
    },
    count(counter, by = 1) {
      counts[counter] += by
    },
    recordLatency: latency.record,
    snapshot() {
      const { flushes: _, ...told } = counts
      return { ...told, misses: { ...misses }, latency: latency.percentiles() }
    },
    counters: { counts, misses, latency },
  }
}
