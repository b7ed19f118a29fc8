import type { CacheDefinition, Forecast } from './ports'
import type { Outlook, Store } from './store'
import type { Work } from './work'
import { createRanking } from './ranking'
import { createShares } from './shares'

/** What a lower budget may take from a cache. */
interface Foreseen { reserve: number, outlook: Outlook }

/** What would be evicted if these were the limits of the cache. Changes nothing. */
export function* forecastLimits(
  store: Store,
  { maxEntries, maxBytes }: Pick<CacheDefinition, 'maxEntries' | 'maxBytes'>,
): Work<Forecast> {
  const of = store.size
  const entries = Math.min(maxEntries ?? Infinity, store.most.entries)
  const bytes = Math.min(maxBytes ?? Infinity, store.most.bytes)
  if (store.demand <= bytes)
    return { evicted: Math.max(0, of - entries), of, exact: true }
  const outlook = store.outlook()
  while (outlook.size > entries || outlook.demand > bytes) {
    outlook.evictOne()
    yield
  }
  return { evicted: of - outlook.size, of, exact: false }
}

/**
 * What would be evicted from all caches if this were the budget. Changes nothing. The caches give
 * way by the same rules as the real ones: `shares.ts` decides here, too.
 */
export function* forecastBudget(caches: Iterable<Foreseen>, budget: number): Work<Forecast> {
  const ranking = createRanking<ReturnType<typeof twinOf>>()
  const shares = createShares(ranking, () => budget)
  let demand = 0
  let of = 0
  let evicted = 0
  for (const cache of caches) {
    const twin = ranking.add(stir => twinOf(cache, stir))
    demand += twin.demand
    of += twin.size
  }
  while (demand > budget) {
    const twin = shares.toGiveWay(0)
    if (twin === undefined)
      break
    demand -= twin.evictOne()
    evicted++
    yield
  }
  return { evicted, of, exact: evicted === 0 }
}

function twinOf({ reserve, outlook }: Foreseen, stir: () => void) {
  return {
    reserve,
    slack: 0,
    get size() {
      return outlook.size
    },
    get demand() {
      return outlook.demand
    },
    /** Returns by how much the demand falls. */
    evictOne() {
      const before = outlook.demand
      outlook.evictOne()
      stir()
      return before - outlook.demand
    },
  }
}
