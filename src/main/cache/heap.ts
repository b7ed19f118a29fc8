/**
 * A binary heap whose items may move: each tells where it stands, so that it is found again at
 * once.
 */
interface Heap<T> {
  add: (item: T) => void
  remove: (item: T) => void
  /** The order of this item has changed against the others. */
  moved: (item: T) => void
  /** The first in order that is not `except`; undefined when there is none. */
  first: (except?: T) => T | undefined
}

/**
 * `isBefore` is a strict order. Each call takes a number of comparisons that grows with the
 * logarithm of the size.
 */
export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []
  const places = new Map<T, number>()

  function put(item: T, place: number): void {
    items[place] = item
    places.set(item, place)
  }

  function sift(item: T, from: number): void {
    let place = from
    for (let above = (place - 1) >> 1; place > 0 && isBefore(item, items[above] as T); above = (place - 1) >> 1) {
      put(items[above] as T, place)
      place = above
    }
    let below = earlier(2 * place + 1, 2 * place + 2)
    while (below < items.length && isBefore(items[below] as T, item)) {
      put(items[below] as T, place)
      place = below
      below = earlier(2 * place + 1, 2 * place + 2)
    }
    put(item, place)
  }

  /**
   * Of two neighbours the place of the one that comes first; the left one where there is no other.
   */
  function earlier(left: number, right: number): number {
    return right < items.length && isBefore(items[right] as T, items[left] as T) ? right : left
  }

  return {
    add: item => sift(item, items.length),
    remove(item) {
      const place = places.get(item)
      if (place === undefined)
        return
      places.delete(item)
      const last = items.pop() as T
      if (last !== item)
        sift(last, place)
    },
    moved(item) {
      const place = places.get(item)
      if (place !== undefined)
        sift(item, place)
    },
    first: except => items[0] === except && except !== undefined ? items[earlier(1, 2)] : items[0],
  }
}
