import type { StoredEntry } from '../store'
import type { Position } from './position'
import type { Before } from './sorted-list'
import type { WatchedStore } from './watched-store'
import type { Run } from './window'
import { hasPrefix } from '@shared/entry-key'
import { createSortedList } from './sorted-list'
import { heldEntry } from './watched-store'

/**
 * An index over the entries of a cache: built piece by piece, and then kept up to date with every
 * change.
 */
export interface Index {
  /** Memory held. */
  readonly bytes: number
  /** The share that has been built; 1 only when it is complete. */
  readonly progress: number
  /** Builds a little more: takes some microseconds. */
  build: () => void
  inserted: (entry: StoredEntry, handle: number) => void
  /** The entry is about to be removed. */
  removing: (entry: StoredEntry, handle: number) => void
  /**
   * Content, times or hits are about to change; `changed` follows with no other change in between.
   */
  changing: (entry: StoredEntry, handle: number) => void
  changed: (entry: StoredEntry, handle: number) => void
  /** All entries have been removed. */
  cleared: () => void
}

export interface Order extends Index, Run<StoredEntry, Position> {
  /**
   * In an order by key: the index after the last key with this prefix. `from` must not be greater
   * than the result.
   */
  endOf: (prefix: string, from?: number) => number
  handles: (from: number, count: number) => number[]
}

/**
 * A walk over the entries, piece by piece, while they change: from the point it has reached, it
 * meets all entries that are after it and none that are before.
 */
export interface Walk {
  /** Handles of the next entries, possibly none; undefined at the end. */
  next: () => number[] | undefined
  /** Whether the walk would have met this entry by now. */
  hasPassed: (entry: StoredEntry, handle: number) => boolean
  /** Whether the walk meets keys in ascending order. */
  readonly inKeyOrder: boolean
  /** The share of the walk that is done, below 1. */
  readonly progress: number
}

export interface OrderParts {
  store: WatchedStore
  /** Provides the entries while the order is built. */
  walk: Walk
  /** Undefined in an order by key. */
  rank?: ((entry: StoredEntry) => number) | undefined
  /** Whether an entry belongs to the order; the answer may change only when the entry changes. */
  accepts?: ((entry: StoredEntry, handle: number) => boolean) | undefined
  /** Items per chunk of the list. */
  capacity: number
}

/**
 * Creates an order of entries by rank, and by key among equal ranks. While it is being built, it is
 * exact for the part that the walk has passed: changes in that part are followed at once, all
 * others are ignored until the walk reaches them. So nothing is missed and no entry is met twice.
 */
export function createOrder({ store, walk, rank, accepts, capacity }: OrderParts): Order {
  const list = createSortedList({ ranked: rank !== undefined, capacity })
  let complete = false
  /** Rank of the entry that is about to change. */
  let rankBefore = Number.NaN

  function rankOf(entry: StoredEntry): number {
    return rank === undefined ? 0 : rank(entry)
  }

  /** The rank of an entry; NaN if it does not belong to this order, or not yet. */
  function rankOfMember(entry: StoredEntry, handle: number): number {
    return (complete || walk.hasPassed(entry, handle)) && (accepts === undefined || accepts(entry, handle))
      ? rankOf(entry)
      : Number.NaN
  }

  function place(rank: number, key: string, included = false): Before {
    const bound = included ? 1 : 0
    const compare = store.comparerOf(key)
    return (other, handle) => other < rank || (other === rank && compare(handle) < bound)
  }

  function insert(entry: StoredEntry, handle: number, rank: number): void {
    if (!Number.isNaN(rank))
      list.insert(place(rank, entry.key), rank, handle)
  }

  function remove(entry: StoredEntry, handle: number, rank: number): void {
    if (!Number.isNaN(rank))
      list.remove(place(rank, entry.key), handle)
  }

  return {
    get size() {
      return list.size
    },
    get bytes() {
      return list.bytes
    },
    get progress() {
      return complete ? 1 : walk.progress
    },
    build() {
      const handles = walk.next()
      complete = handles === undefined
      for (const handle of handles ?? []) {
        if (walk.inKeyOrder) {
          const entry = heldEntry(store, handle)
          // All keys in the list are smaller, so the place is after all items of equal rank and no
          // key has to be compared.
          if (accepts === undefined || accepts(entry, handle)) {
            const own = rankOf(entry)
            list.insert(other => other <= own, own, handle)
          }
        }
        else {
          list.insert(place(0, store.keyAt(handle)), 0, handle)
        }
      }
    },
    inserted: (entry, handle) => insert(entry, handle, rankOfMember(entry, handle)),
    removing: (entry, handle) => remove(entry, handle, rankOfMember(entry, handle)),
    changing(entry, handle) {
      rankBefore = rankOfMember(entry, handle)
    },
    changed(entry, handle) {
      const rankAfter = rankOfMember(entry, handle)
      if (Object.is(rankAfter, rankBefore))
        return
      remove(entry, handle, rankBefore)
      insert(entry, handle, rankAfter)
    },
    cleared: () => list.clear(),
    slice: (from, count) => list.slice(from, count).map(handle => heldEntry(store, handle)),
    before: ({ rank, key }, included) => list.count(place(rank, key, included)),
    endOf(prefix, from = 0) {
      const compare = store.comparerOf(prefix)
      return list.countFrom(from, (_, handle) => compare(handle) < 0 || hasPrefix(store.keyAt(handle), prefix))
    },
    handles: list.slice,
  }
}
