import type { Maybe } from '../serving/maybe'

/**
 * Commands of a cache that converts what is written, and so answers later, run one after another:
 * between the read and the write of an `APPEND`, or in the middle of a transaction, nobody else is
 * served over this protocol. What answers at once needs no turns.
 */
export interface CacheTurns {
  /**
   * Runs the work at once if nobody has the turn, else behind those who wait.
   *
   * @param place where the cache is
   */
  run: <T>(place: string, work: () => Maybe<T>) => Maybe<T>
}

export function createCacheTurns(): CacheTurns {
  /** The end of the last one that waits or runs; it never rejects. */
  const ends = new Map<string, Promise<void>>()
  return {
    run(place, work) {
      const result = ends.get(place)?.then(work) ?? work()
      if (!(result instanceof Promise))
        return result
      const end = result.then(() => {}, () => {}).then(() => {
        if (ends.get(place) === end)
          ends.delete(place)
      })
      ends.set(place, end)
      return result
    },
  }
}
