import type { Clock } from '../../base/clock'

/** The keys of one cache of which its source said that it has nothing under them. */
export interface Absences {
  add: (key: string) => void
  /** Whether the source was asked for it less than the negative TTL ago. */
  has: (key: string) => boolean
  forget: (key: string) => void
  clear: () => void
}

/** Keys that are remembered; the oldest goes first. */
const most = 10_000

/** @param ttl milliseconds; 0 = nothing is remembered */
export function createAbsences(clock: Clock, ttl: number): Absences {
  /** Key → when it ends, on the monotonic clock; in that order, as all live equally long. */
  const ends = new Map<string, number>()

  return {
    add(key) {
      if (ttl === 0)
        return
      ends.delete(key)
      ends.set(key, clock.monotonic() + ttl)
      if (ends.size > most)
        ends.delete(ends.keys().next().value as string)
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
