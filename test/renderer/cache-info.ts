import type { CacheInfo } from '../../src/shared/schemas'
import { initialSettings } from '../../src/shared/cache-settings'
import { missReasons } from '../../src/shared/miss-reasons'
import { mapRows } from '../../src/shared/rows'

/** A cache as the server tells of it, that nobody has used. */
export function cacheInfo(change: Partial<CacheInfo> = {}): CacheInfo {
  const misses = mapRows(missReasons, () => 0)
  return {
    ...initialSettings,
    name: 'products',
    createdAt: '2026-01-05T10:00:00.000Z',
    asOf: '2026-01-05T10:00:00.000Z',
    entries: 0,
    bytes: 0,
    statistics: {
      hits: 0,
      staleHits: 0,
      misses,
      sets: 0,
      deletes: 0,
      evictions: 0,
      expirations: 0,
      hitRatio: null,
      latency: { count: 0, p50: 0, p90: 0, p99: 0, max: 0 },
    },
    lastMinute: { seconds: 60, hits: 0, misses, evictions: 0 },
    ...change,
  }
}
