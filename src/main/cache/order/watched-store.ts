import type { Store, StoredEntry } from '../store'

/** The parts of a store that orders need: its entries by handle, and a report of every change. */
export type WatchedStore = Pick<Store, 'size' | 'handles' | 'at' | 'keyAt' | 'comparerOf' | 'watcher' | 'visitMortal'>

/**
 * Returns the entry that an order holds. Throws if there is none, because then a change was not
 * reported.
 */
export function heldEntry(store: WatchedStore, handle: number): StoredEntry {
  const entry = store.at(handle)
  if (entry === undefined)
    throw new Error('An order holds an entry that has gone.')
  return entry
}
