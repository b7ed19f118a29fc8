import type { StoredEntry } from '../store'
import type { Position } from './position'
import type { Before } from './sorted-list'
import type { WatchedStore } from './watched-store'
import type { Run } from './window'
import { hasPrefix } from '@shared/entry-key'
import { createSortedList } from './sorted-list'
import { heldEntry } from './watched-store'

/** What is built over the entries of a cache, piece by piece, and then follows every change. */
export interface Index {
  /** Memory held. */
  readonly bytes: number
  /** Share that has been built; 1 only when it is complete. */
  readonly progress: number
  /** Builds a little more: some microseconds' work. */
  build: () => void
  inserted: (entry: StoredEntry, handle: number) => void
  /** The entry is about to go. */
  removing: (entry: StoredEntry, handle: number) => void
  /** Content, times or hits are about to change; `changed` follows, with nothing in between. */
  changing: (entry: StoredEntry, handle: number) => void
  changed: (entry: StoredEntry, handle: number) => void
  /** All entries have gone. */
  cleared: () => void
}

export interface Order extends Index, Run<StoredEntry, Position> {
  /**
   * In an order by key: index behind the last key with this prefix. `from` is an index that is not
   * behind it.
   */
  endOf: (prefix: string, from?: number) => number
  handles: (from: number, count: number) => number[]
}

/**
 * Goes once over entries, piece by piece, while they change: meets what lies behind the point it
 * has reached, and nothing before that.
 */
export interface Walk {
  /** Handles of the entries met next, maybe none; undefined at the end. */
  next: () => number[] | undefined
  /** Whether it would have met this entry by now. */
  hasPassed: (entry: StoredEntry, handle: number) => boolean
  /** Whether it meets keys in ascending order. */
  readonly inKeyOrder: boolean
  /** Share of the way, below 1. */
  readonly progress: number
}

export interface OrderParts {
  store: WatchedStore
  /** Shows the entries while the order is built. */
  walk: Walk
  /** Absent in an order by key. */
  rank?: ((entry: StoredEntry) => number) | undefined
  /** Which entries belong to it; its answer may change only with a change of the entry. */
  accepts?: ((entry: StoredEntry) => boolean) | undefined
  /** Items to a chunk of the list. */
  capacity: number
}

/**
 * Entries by rank, those of equal rank by key. While it is built it is exact for the part that the
 * walk has passed: changes there are followed at once, all others wait until the walk comes by. So
 * nothing has to be caught up with, and nothing is met twice.
 */
export function createOrder({ store, walk, rank, accepts, capacity }: OrderParts): Order {
  const list = createSortedList({ ranked: rank !== undefined, capacity })
  let complete = false
  /** Rank of the entry that is about to change. */
  let rankBefore = Number.NaN

  function rankOf(entry: StoredEntry): number {
    return rank === undefined ? 0 : rank(entry)
  }

  /** NaN for an entry that does not belong to this order, or not yet. */
  function rankOfMember(entry: StoredEntry, handle: number): number {
    return (complete || walk.hasPassed(entry, handle)) && (accepts === undefined || accepts(entry))
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
          // All that is there has a smaller key: behind those of equal rank is the place, and no
          // key need be compared.
          if (accepts === undefined || accepts(entry)) {
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
