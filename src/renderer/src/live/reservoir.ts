/** A sample of fixed size, drawn evenly from however many things pass. */
interface Reservoir<T> {
  add: (item: T) => void
  /** Returns what was kept since the last time, and starts anew. */
  take: () => T[]
}

/**
 * Vitter's algorithm R: the n-th thing replaces a random one with probability capacity/n, so each
 * had the same chance to stay.
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
