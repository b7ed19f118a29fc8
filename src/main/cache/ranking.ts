import { createHeap } from './heap'

/** What decides which cache has to give way. */
export interface Ranked {
  /**
   * Milliseconds of the stopwatch at the last use of the entry that is next to go; Infinity when
   * fewer than `keep` + 1 entries are there.
   */
  idleSince: (keep: number) => number
  /** Bytes that it holds and that its entries do not justify. */
  readonly slack: number
}

/**
 * The caches by how long they have been idle and by what they hold too much, however many they are.
 */
interface Ranking<T extends Ranked> {
  /** `make` gets what its cache has to call when an entry was read, written or removed. */
  add: <C extends T>(make: (stir: () => void) => C) => C
  remove: (cache: T) => void
  /**
   * The cache whose next victim has been idle longest. Of `written` the entry used last does not
   * count.
   */
  idlest: (written?: T) => T | undefined
  /** The cache that holds most beyond what its entries justify; undefined where none does. */
  slackest: () => T | undefined
}

interface Place<T> { cache: T, order: number, idle: number, slack: number, isStale: boolean }

/**
 * Two heaps. A cache that was used since it was last looked at lies on a pile; only these are
 * looked at, so an eviction costs no more than the requests before it did. A use costs one
 * comparison.
 */
export function createRanking<T extends Ranked>(): Ranking<T> {
  const places = new Map<T, Place<T>>()
  const byIdleness = createHeap<Place<T>>((a, b) => a.idle < b.idle || (a.idle === b.idle && a.order < b.order))
  const bySlack = createHeap<Place<T>>((a, b) => a.slack > b.slack || (a.slack === b.slack && a.order < b.order))
  const stale = new Set<Place<T>>()
  let added = 0

  function refresh(): void {
    for (const place of stale) {
      place.isStale = false
      place.idle = place.cache.idleSince(0)
      place.slack = place.cache.slack
      byIdleness.moved(place)
      bySlack.moved(place)
    }
    stale.clear()
  }

  return {
    add(make) {
      const place: Place<T> = { cache: undefined as never, order: added++, idle: Infinity, slack: 0, isStale: true }
      const cache = make(() => {
        if (!place.isStale) {
          place.isStale = true
          stale.add(place)
        }
      })
      place.cache = cache
      places.set(cache, place)
      stale.add(place)
      byIdleness.add(place)
      bySlack.add(place)
      return cache
    },
    remove(cache) {
      const place = places.get(cache)
      if (place === undefined)
        return
      places.delete(cache)
      stale.delete(place)
      byIdleness.remove(place)
      bySlack.remove(place)
    },
    idlest(written) {
      refresh()
      const own = written && places.get(written)
      const first = byIdleness.first(own?.cache.idleSince(1) === Infinity ? own : undefined)
      return first && first.idle < Infinity ? first.cache : undefined
    },
    slackest() {
      refresh()
      const first = bySlack.first()
      return first && first.slack > 0 ? first.cache : undefined
    },
  }
}
