import type { Clock } from '../../base/clock'

/** Keys of one cache that are remembered for a time: those that its source lacks, for example. */
export interface RememberedKeys {
  add: (key: string) => void
  /** Whether it was added less than the time ago. */
  has: (key: string) => boolean
  forget: (key: string) => void
  clear: () => void
}

/**
 * @param ttl milliseconds; 0 = nothing is remembered
 * @param most keys that are remembered; the oldest goes first
 */
export function createRememberedKeys(clock: Clock, ttl: number, most: number): RememberedKeys {
  /** Key → when it ends, on the monotonic clock; in that order, as all live equally long. */
  const ends = new Map<string, number>()

  function tidy(now: number): void {
    for (const [key, end] of ends) {
      if (end > now && ends.size <= most)
        return
      ends.delete(key)
    }
  }

  return {
    add(key) {
      if (ttl === 0)
        return
      const now = clock.monotonic()
      ends.delete(key)
      ends.set(key, now + ttl)
      tidy(now)
    },
    has(key) {
      const end = ends.get(key)
      if (end === undefined)
        return false
      if (clock.monotonic() < end)
        return true
      ends.delete(key)
      return false
    },
    forget: key => void ends.delete(key),
    clear: () => ends.clear(),
  }
}
