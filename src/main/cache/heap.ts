/**
 * A binary heap whose items may change their order: the place of each item is known, so it is found
 * at once.
 */
interface Heap<T> {
  add: (item: T) => void
  remove: (item: T) => void
  /** To be called when the order of this item relative to the others has changed. */
  moved: (item: T) => void
  /** The first item in order other than `except`; undefined if there is none. */
  first: (except?: T) => T | undefined
}

/**
 * `isBefore` must be a strict order. The number of comparisons per call grows with the logarithm of
 * the size.
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

  /** The place of the earlier of two neighbours; the left one if there is no right one. */
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
