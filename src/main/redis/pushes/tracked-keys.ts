/** A key that connections have read, which are told when it changes. */
interface TrackedKey {
  readonly place: string
  readonly key: string
  /** Numbers of connections; some of them may have gone. */
  readonly readers: Set<number>
  /** The second of the wall clock in which its TTL ends. */
  second: number
}

/** Which connections have read which keys. */
interface TrackedKeys {
  /**
   * @param end of its TTL, in milliseconds of the wall clock
   * @returns the oldest one, if it had to go
   */
  add: (place: string, key: string, reader: number, end: number) => TrackedKey | undefined
  /** Who has read it. Those are forgotten. */
  take: (place: string, key: string) => Iterable<number>
  /** Those whose TTL is over. They are forgotten. */
  takeEnded: (now: number) => TrackedKey[]
  /** Forgets those of a cache, or all. */
  clear: (place?: string) => void
}

/** Of all connections together: each takes memory for as long as it does not change. */
const trackedMost = 100_000

export function createTrackedKeys(most = trackedMost): TrackedKeys {
  const tracked = new Map<string, TrackedKey>()
  const ends = new Map<number, Set<TrackedKey>>()

  const idOf = (place: string, key: string): string => `${place}\n${key}`

  function setEnd(one: TrackedKey, second: number): void {
    const before = ends.get(one.second)
    before?.delete(one)
    if (before?.size === 0)
      ends.delete(one.second)
    one.second = second
    if (second !== Infinity)
      ends.set(second, (ends.get(second) ?? new Set()).add(one))
  }

  function drop(one: TrackedKey): void {
    tracked.delete(idOf(one.place, one.key))
    setEnd(one, Infinity)
  }

  return {
    add(place, key, reader, end) {
      const id = idOf(place, key)
      const known = tracked.get(id)
      const one = known ?? { place, key, readers: new Set(), second: Infinity }
      one.readers.add(reader)
      setEnd(one, Math.ceil(end / 1000))
      tracked.set(id, one)
      if (known !== undefined || tracked.size <= most)
        return undefined
      const [oldest] = tracked.values()
      if (oldest !== undefined)
        drop(oldest)
      return oldest
    },
    take(place, key) {
      const one = tracked.get(idOf(place, key))
      if (one === undefined)
        return []
      drop(one)
      return one.readers
    },
    takeEnded(now) {
      const over = [...ends.keys()].filter(second => second * 1000 <= now)
      const ended = over.flatMap(second => [...ends.get(second) ?? []])
      ended.forEach(drop)
      return ended
    },
    clear(place) {
      for (const one of place === undefined ? [] : tracked.values()) {
        if (one.place === place)
          drop(one)
      }
      if (place !== undefined)
        return
      tracked.clear()
      ends.clear()
    },
  }
}
