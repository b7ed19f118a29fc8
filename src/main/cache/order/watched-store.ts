import type { Store, StoredEntry } from '../store'

/** What orders need of a store: its entries by handle, and to be told of every change. */
export type WatchedStore = Pick<Store, 'size' | 'handles' | 'at' | 'keyAt' | 'comparerOf' | 'watcher' | 'visitMortal'>

/** Told of changes as they happen; must neither throw nor change the store. */
export interface StoreWatcher {
  /** The entry has come. */
  inserted: (handle: number) => void
  /** The entry is about to go. */
  removing: (handle: number) => void
  /** Content, times or hits are about to change; `changed` follows, with no other change in between. */
  changing: (handle: number) => void
  changed: (handle: number) => void
  /** All entries have gone. */
  cleared: () => void
}

/** The entry that an order holds; throws where nothing is: then a change was not told. */
export function heldEntry(store: WatchedStore, handle: number): StoredEntry {
  const entry = store.at(handle)
  if (entry === undefined)
    throw new Error('An order holds an entry that has gone.')
  return entry
}
