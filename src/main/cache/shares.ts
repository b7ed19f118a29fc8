import type { Ranked, Ranking } from './ranking'

/** How the caches divide the budget (docs/decisions/0025-budget-shares.md). */
interface Shares<T extends Ranked> {
  /** Bytes that the others never take from this cache. */
  of: (cache: T) => number
  /**
   * Bytes that this cache could hold at most: everything except the parts of the other caches'
   * shares that they use. Looks at every cache.
   */
  most: (cache: T) => number
  /**
   * The cache that gives way to a write of `bytes` more into `written`, or to a lower budget;
   * undefined if there is none. `bytes` does not include the entry that `written` has written
   * already; that entry is the last to go.
   */
  toGiveWay: (bytes: number, written?: T) => T | undefined
}

/**
 * A share is the reserve of the cache plus an equal part of the unreserved bytes, which are divided
 * among the caches that hold any entries. All shares together are at most the budget, so if the
 * budget is exceeded, some cache is above its share.
 */
export function createShares<T extends Ranked>(ranking: Ranking<T>, budget: () => number): Shares<T> {
  /** The equal part, counting `written` among the caches that hold entries. */
  function part(written?: T): number {
    const holders = ranking.holders + (written?.size === 0 ? 1 : 0)
    return (budget() - ranking.reserved) / Math.max(1, holders)
  }

  return {
    of: cache => cache.reserve + part(cache),
    most(cache) {
      const equal = part(cache)
      let left = budget()
      for (const other of ranking.caches()) {
        if (other !== cache && other.size > 0)
          left -= Math.max(0, Math.min(other.demand, other.reserve + equal))
      }
      return left
    },
    toGiveWay(bytes, written) {
      const equal = part(written)
      const others = ranking.fullest(written)
      const kept = bytes > 0 ? 0 : 1
      if (written !== undefined && written.size > kept && written.demand + bytes > written.reserve + equal)
        return written
      if (others !== undefined && others.demand > others.reserve + equal)
        return others
      return written
    },
  }
}
