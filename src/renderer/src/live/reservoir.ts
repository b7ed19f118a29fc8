/** A random sample of limited size in which every item is equally likely. */
interface Reservoir<T> {
  add: (item: T) => void
  /** Returns the sample since the last call, and starts a new one. */
  take: () => T[]
}

/**
 * Vitter's algorithm R: the n-th item replaces a random one with probability capacity/n, so every
 * item has the same chance to stay.
 */
export function createReservoir<T>(capacity: number, random: () => number = Math.random): Reservoir<T> {
  let kept: T[] = []
  let seen = 0
  return {
    add(item) {
      seen++
      if (kept.length < capacity) {
        kept.push(item)
        return
      }
      const place = Math.floor(random() * seen)
      if (place < capacity)
        kept[place] = item
    },
    take() {
      const taken = kept
      kept = []
      seen = 0
      return taken
    },
  }
}
