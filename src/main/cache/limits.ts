import type { CacheSettings } from '@shared/cache-settings'
import type { Store } from './store'

/** Compares the entries of a cache with the limits of its settings and its store. */
interface Limits {
  /** Whether there are too many entries, or more bytes than `room` leaves. */
  isOver: (room?: number) => boolean
  /** Entries and bytes beyond the limits, added up: each eviction lowers it. */
  excess: () => number
}

export function createLimits(store: Store, settings: () => Pick<CacheSettings, 'maxEntries' | 'maxBytes'>): Limits {
  return {
    isOver(room = 0) {
      const { maxEntries, maxBytes } = settings()
      return store.size > Math.min(maxEntries ?? Infinity, store.most.entries)
        || store.demand + room > Math.min(maxBytes ?? Infinity, store.most.bytes)
    },
    excess() {
      const { maxEntries, maxBytes } = settings()
      const bytes = Math.max(store.demand, store.bytes) - (maxBytes ?? Infinity)
      return Math.max(0, store.size - (maxEntries ?? Infinity)) + Math.max(0, bytes)
    },
  }
}
