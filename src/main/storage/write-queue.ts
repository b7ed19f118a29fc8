import type { PendingBatch, PendingWrites } from './pending-writes'
import { createPendingWrites } from './pending-writes'

/**
 * Changes on their way to the disk. They are written round by round: what was handed over while one
 * round is being written makes up the next, so that nobody who waits for his change waits for later
 * ones.
 */
interface WriteQueue extends Pick<PendingWrites, 'put' | 'retime' | 'remove' | 'clear'> {
  /** Changes that no round has taken yet. */
  readonly count: number
  /** Bytes of all changes that are not on the disk. */
  readonly bytes: number
  /** Bytes of those that no round has taken yet. */
  readonly collected: number
  readonly isEmpty: boolean
  /** Whether a round has been begun and is not written to its end. */
  readonly isWriting: boolean
  /** Whether a change of this entry, or the clearing of its cache, is on its way. */
  concerns: (cacheId: string, key: string) => boolean
  /** Whether a round that was begun has a change of this entry alone. */
  isOnItsWay: (cacheId: string, key: string) => boolean
  /** Drops what is collected for a key that the disk does not have. */
  forget: (cacheId: string, key: string) => void
  /**
   * The batch to be written next, the same until `written` is called; begins a new round if none is
   * under way. Null if there is nothing to write.
   */
  batch: () => PendingBatch | null
  written: () => void
  /** The round that has all that was handed over so far. */
  round: () => number
  /** The last round that is on the disk. */
  readonly done: number
}

/** @param batchSize bytes of a batch, as pending writes count them */
export function createWriteQueue(batchSize: number): WriteQueue {
  let collecting = createPendingWrites()
  /** What is left of the round under way, without its batch. */
  let round: PendingWrites | null = null
  let batch: PendingBatch | null = null
  let batchBytes = 0
  let done = 0

  function isOnItsWay(cacheId: string, key: string): boolean {
    return batch?.get(cacheId)?.changes.has(key) === true || round?.has(cacheId, key) === true
  }

  function isCleared(cacheId: string): boolean {
    return collecting.isCleared(cacheId) || round?.isCleared(cacheId) === true || batch?.get(cacheId)?.cleared === true
  }

  return {
    put: (cacheId, entry) => collecting.put(cacheId, entry),
    retime: (cacheId, key, times) => collecting.retime(cacheId, key, times),
    remove: (cacheId, key) => collecting.remove(cacheId, key),
    clear: cacheId => collecting.clear(cacheId),
    forget: (cacheId, key) => collecting.forget(cacheId, key),
    get count() {
      return collecting.count
    },
    get bytes() {
      return collecting.bytes + (round?.bytes ?? 0) + batchBytes
    },
    get collected() {
      return collecting.bytes
    },
    get isEmpty() {
      return round === null && collecting.isEmpty
    },
    get isWriting() {
      return round !== null
    },
    concerns: (cacheId, key) =>
      isCleared(cacheId) || collecting.has(cacheId, key) || isOnItsWay(cacheId, key),
    isOnItsWay,
    batch() {
      if (batch !== null)
        return batch
      if (round === null) {
        if (collecting.isEmpty)
          return null
        round = collecting
        collecting = createPendingWrites()
      }
      const before = round.bytes
      batch = round.take(batchSize)
      batchBytes = before - round.bytes
      return batch
    },
    written() {
      batch = null
      batchBytes = 0
      if (round?.isEmpty !== true)
        return
      round = null
      done++
    },
    round: () => done + (round === null ? 0 : 1) + (collecting.isEmpty ? 0 : 1),
    get done() {
      return done
    },
  }
}
