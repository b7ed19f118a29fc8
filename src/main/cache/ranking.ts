import { createHeap } from './heap'

/** The numbers that decide which cache has to give way. */
export interface Ranked {
  /** Entries. */
  readonly size: number
  /** Bytes that its entries justify. */
  readonly demand: number
  /** Bytes that belong to the cache, whatever the others need. */
  readonly reserve: number
  /** Bytes that it holds beyond what its entries justify. */
  readonly slack: number
}

/**
 * Ranks the caches by the demand beyond their reserve and by their slack, quickly even if there are
 * many.
 */
export interface Ranking<T extends Ranked> {
  /**
   * `make` receives a function that the cache has to call whenever one of these numbers has
   * changed.
   */
  add: <C extends T>(make: (stir: () => void) => C) => C
  remove: (cache: T) => void
  /**
   * Of all caches with entries except `except`, the one whose demand is furthest above its reserve.
   */
  fullest: (except?: T) => T | undefined
  /** The cache that holds most beyond what its entries justify; undefined if there is none. */
  slackest: () => T | undefined
  caches: () => Iterable<T>
  /** Caches that hold entries. */
  readonly holders: number
  /** Bytes reserved by all of them. */
  readonly reserved: number
}

interface Place<T> { cache: T, order: number, over: number, slack: number, reserve: number, isStale: boolean }

/** Used for a cache without entries, which has nothing to give. */
const empty = -Infinity

/**
 * Keeps two heaps. A cache that has been written since it was last ranked is put on a list; only
 * these caches are ranked again, so an eviction costs no more than the requests before it did. A
 * write costs one comparison.
 */
export function createRanking<T extends Ranked>(): Ranking<T> {
  const places = new Map<T, Place<T>>()
  const byFullness = createHeap<Place<T>>((a, b) => a.over > b.over || (a.over === b.over && a.order < b.order))
  const bySlack = createHeap<Place<T>>((a, b) => a.slack > b.slack || (a.slack === b.slack && a.order < b.order))
  const stale = new Set<Place<T>>()
  let added = 0
  let holders = 0
  let reserved = 0

  function count(place: Place<T>, sign: 1 | -1): void {
    reserved += sign * place.reserve
    if (place.over !== empty)
      holders += sign
  }

  function refresh(): void {
    for (const place of stale) {
      const { size, demand, reserve, slack } = place.cache
      count(place, -1)
      place.isStale = false
      place.over = size > 0 ? demand - reserve : empty
      place.slack = slack
      place.reserve = reserve
      count(place, 1)
      byFullness.moved(place)
      bySlack.moved(place)
    }
    stale.clear()
  }

  return {
    get holders() {
      refresh()
      return holders
    },
    get reserved() {
      refresh()
      return reserved
    },
    caches: () => places.keys(),
    add(make) {
      const place: Place<T> = {
        cache: undefined as never,
        order: added++,
        over: empty,
        slack: 0,
        reserve: 0,
        isStale: true,
      }
      const cache = make(() => {
        if (!place.isStale) {
          place.isStale = true
          stale.add(place)
        }
      })
      place.cache = cache
      places.set(cache, place)
      stale.add(place)
      byFullness.add(place)
      bySlack.add(place)
      return cache
    },
    remove(cache) {
      const place = places.get(cache)
      if (place === undefined)
        return
      places.delete(cache)
      stale.delete(place)
      count(place, -1)
      byFullness.remove(place)
      bySlack.remove(place)
    },
    fullest(except) {
      refresh()
      const first = byFullness.first(except && places.get(except))
      return first && first.over > empty ? first.cache : undefined
    },
    slackest() {
      refresh()
      const first = bySlack.first()
      return first && first.slack > 0 ? first.cache : undefined
    },
  }
}
