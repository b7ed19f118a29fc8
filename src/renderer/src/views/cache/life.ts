import type { ServerRow } from './entries/rows'

/**
 * Seconds at `readAt` (milliseconds since 1970): age, remaining TTL, how long after its TTL the
 * entry may be served stale, and, where it is known, the TTL that was last given.
 */
export interface Times { age: number, ttl: number | null, grace: number, readAt: number, given?: number | null }

/** What is left of an entry's life at a given moment. */
interface Life {
  phase: 'endless' | 'fresh' | 'stale' | 'gone'
  /** Seconds until the next phase; null if there is none. */
  left: number | null
  /** Parts of the whole life that are still to come, 0 to 1: first fresh, then stale. */
  fresh: number
  stale: number
}

/** @param now milliseconds since 1970 */
export function lifeOf({ age, ttl, grace, given, readAt }: Times, now: number): Life {
  if (ttl === null)
    return { phase: 'endless', left: null, fresh: 1, stale: 0 }
  const left = ttl - Math.max(0, now - readAt) / 1000
  // Without the TTL that was given, a hit or a touch that prolonged it is taken for a longer life.
  const whole = Math.max(given ?? age + ttl, left, Number.EPSILON) + grace
  const fresh = Math.max(0, left) / whole
  const stale = Math.max(0, Math.min(grace, left + grace)) / whole
  if (left > 0)
    return { phase: 'fresh', left, fresh, stale }
  return left + grace > 0
    ? { phase: 'stale', left: left + grace, fresh, stale }
    : { phase: 'gone', left: null, fresh: 0, stale: 0 }
}

/**
 * The times of a row. Its list tells no TTL that was given: in a cache whose hits restart the TTL,
 * an entry that has no longer one of its own got the cache's.
 */
export function timesOf(
  { entry: { age, ttl, grace }, readAt }: Extract<ServerRow, { kind: 'entry' }>,
  slidingTtl: number | null,
): Times {
  const given = ttl !== null && slidingTtl !== null && ttl <= slidingTtl ? slidingTtl : null
  return { age, ttl, grace, readAt, given }
}
