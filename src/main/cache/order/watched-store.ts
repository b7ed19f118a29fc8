import type { Store, StoredEntry } from '../store'

/** What orders need of a store: its entries by handle, and to be told of every change. */
export type WatchedStore = Pick<Store, 'size' | 'handles' | 'at' | 'keyAt' | 'comparerOf' | 'watcher' | 'visitMortal'>

/** The entry that an order holds; throws where nothing is: then a change was not told. */
export function heldEntry(store: WatchedStore, handle: number): StoredEntry {
  const entry = store.at(handle)
  if (entry === undefined)
    throw new Error('An order holds an entry that has gone.')
  return entry
}
