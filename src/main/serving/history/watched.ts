import type { BucketCounts } from '../../base/histogram'
import type { Cache, CacheDefinition } from '../../cache/ports'
import type { CacheSeries, Delta } from './series'
import { missReasonsWhileOn } from '@shared/miss-reasons'
import { createBuckets } from '../../base/histogram'
import { countColumns } from './series'

/** A cache with what its counters said last time. */
export interface Watched {
  readonly cache: Cache
  readonly counts: Float64Array
  durations: BucketCounts | null
  answered: number
  flushes: number
  /** The definition whose changes have been noted. */
  seen: Readonly<CacheDefinition>
  /** Exists from its first use on. */
  series: CacheSeries | null
  /** The second of its last use. */
  used: number
}

export function watchCache(cache: Cache): Watched {
  return {
    cache,
    counts: new Float64Array(countColumns.length),
    durations: null,
    answered: 0,
    flushes: 0,
    seen: cache.definition,
    series: null,
    used: 0,
  }
}

/** Adds what has happened in the cache since the last call. Returns whether it was used. */
export function takeDelta(watched: Watched, delta: Delta): boolean {
  const { counters: { counts, misses, latency }, bytes } = watched.cache
  let used = false
  let column = 0
  const take = (now: number): void => {
    const since = now - (watched.counts[column] ?? 0)
    watched.counts[column] = now
    delta.counts[column] = since
    used ||= since > 0
    column++
  }
  take(counts.hits)
  take(counts.staleHits)
  take(misses.disabled)
  for (const reason of missReasonsWhileOn)
    take(misses[reason])
  take(counts.evictions)
  delta.bytes = bytes
  delta.answered = latency.count - watched.answered
  if (delta.answered === 0)
    return used
  watched.answered = latency.count
  watched.durations ??= createBuckets()
  latency.take(watched.durations, delta.durations)
  return true
}
