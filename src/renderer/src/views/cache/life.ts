import type { ServerRow } from './entries/rows'

/**
 * Seconds left to live at `now` (milliseconds since 1970), below 0 when past it; null = no expiry.
 */
export function leftOf({ entry, readAt }: Extract<ServerRow, { kind: 'entry' }>, now: number): number | null {
  return entry.ttl === null ? null : entry.ttl - Math.max(0, now - readAt) / 1000
}

/** The phase of an entry's life at a given moment. */
interface Life {
  phase: 'endless' | 'fresh' | 'stale' | 'gone'
  /** Seconds until the next phase; null if unknown. */
  left: number | null
  /** Fractions of the whole life, 0 to 1: the end of freshness, and the current moment. */
  freshPart: number
  passed: number
}

/**
 * Seconds at `readAt` (milliseconds since 1970): age, remaining TTL, and how long after its TTL the
 * entry may be served stale.
 */
export interface Times { age: number, ttl: number | null, grace: number, readAt: number }

export function lifeOf({ age, ttl, grace, readAt }: Times, now: number): Life {
  if (ttl === null)
    return { phase: 'endless', left: null, freshPart: 1, passed: 0 }
  const since = Math.max(0, now - readAt) / 1000
  const left = ttl - since
  const whole = Math.max(age + ttl + grace, Number.EPSILON)
  const parts = {
    freshPart: Math.max(0, Math.min(1, (age + ttl) / whole)),
    passed: Math.max(0, Math.min(1, (age + since) / whole)),
  }
  if (left > 0)
    return { phase: 'fresh', left, ...parts }
  return left + grace > 0 ? { phase: 'stale', left: left + grace, ...parts } : { phase: 'gone', left: null, ...parts }
}
