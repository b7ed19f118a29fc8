import type { CacheSettings } from '@shared/cache-settings'
import type { EntryKind } from '@shared/entry-kinds'
import type { Lifetime } from './lifetime'
import type { Work } from './work'

/** What a write stores under a key. */
export interface EntryFields {
  readonly value: Buffer
  readonly contentType: string
  readonly tags: readonly string[]
  readonly kind: EntryKind
  /** 32 bits that clients of memcached keep with a value. */
  readonly flags: number
  readonly version: number
  readonly lifetime: Lifetime
}

/** What the demand of an entry depends on, besides its key. */
export interface Content extends Pick<EntryFields, 'contentType' | 'tags'> {
  readonly value: { readonly length: number }
}

/**
 * An entry as the store presents it. The times are direct properties, so that reading them creates
 * no object. Valid until the next write to its store: copy whatever has to live longer.
 */
export interface StoredEntry extends Lifetime, Omit<EntryFields, 'lifetime'> {
  readonly key: string
  /** Bytes of the value. */
  readonly size: number
  /** Reads that found the entry, including those of earlier values. */
  readonly hits: number
  /**
   * Milliseconds of the stopwatch at the last read or write, precise to at least whole
   * milliseconds.
   */
  readonly usedAt: number
}

/** What the next evictions would leave of a store, without evicting anything. */
export interface Outlook {
  /** Entries left. */
  readonly size: number
  /** About the demand of the entries that are left; 0 if there are none. */
  readonly demand: number
  /** Goes on to the next entry in the order of eviction. Only while there are entries left. */
  evictOne: () => void
}

/** Receives changes as they happen; must neither throw nor change the store. */
export interface StoreWatcher {
  /** The entry has been added. */
  inserted: (handle: number) => void
  /** The entry is about to be removed. */
  removing: (handle: number) => void
  /**
   * Content, times or hits are about to change; `changed` follows, with no other change in between.
   */
  changing: (handle: number) => void
  changed: (handle: number) => void
  /** All entries have been removed. */
  cleared: () => void
}

/**
 * Holds the entries of one cache: lookup, insertion order, eviction order, tags, deadlines and
 * exact accounting. It knows neither a clock nor limits, so that another implementation can take
 * its place. Entries that are passed in must come from `find` or an iteration of the same store,
 * after its last write.
 */
export interface Store {
  readonly size: number
  /** Memory held for the entries; 0 for an empty store. */
  readonly bytes: number
  /**
   * Memory that the entries justify; limits are compared with this. `bytes` may be above it for a
   * while after entries were removed; then `reclaim` brings it down.
   */
  readonly demand: number
  /** The store has no room for more entries than this, or for a greater demand. */
  readonly most: { readonly entries: number, readonly bytes: number }
  /**
   * An upper bound, not much above the true value, for the demand of a store that holds only this
   * entry; Infinity for an entry that does not fit into a store.
   */
  cost: (key: string, content: Content) => number
  find: (key: string) => StoredEntry | undefined
  /**
   * Adds a key that is not there, as the most recently used. `at` is in milliseconds of the
   * stopwatch, here and below.
   */
  insert: (key: string, fields: EntryFields, at: number) => void
  /**
   * Adds a key that is not there and was stored earlier: as the next to be evicted among those that
   * nobody has used since, and in the insertion order by its `position`, a whole number from 1.
   * What is inserted later comes after all positions. No two entries have the same position.
   */
  restore: (key: string, fields: EntryFields, at: number, position: number) => void
  /**
   * Stores new content; the entry keeps its place in the insertion order and becomes the most
   * recently used.
   */
  replace: (entry: StoredEntry, fields: EntryFields, at: number) => void
  retime: (entry: StoredEntry, lifetime: Lifetime) => void
  /**
   * Counts a hit and makes the entry the most recently used. This is not a write: entries that were
   * handed out before stay valid.
   */
  use: (entry: StoredEntry, at: number) => void
  remove: (entry: StoredEntry) => void
  clear: () => void
  /**
   * Switches to another eviction policy from the first step on; it starts with the order of the
   * previous one.
   */
  rank: (eviction: CacheSettings['eviction']) => Work<void>
  /**
   * The next entry to be evicted. Never the one that was used or written last while there is
   * another.
   */
  victim: () => StoredEntry | undefined
  /** Handles of all entries, starting with the next to be evicted. */
  inOrderOfEviction: () => number[]
  /** Begins with all entries. Shows the store as it is at the call, even if that changes later. */
  outlook: () => Outlook
  /**
   * The entries that are there at the call, in insertion order. The store may change during the
   * iteration: an entry that is removed is not shown, even if its key is stored again. Null marks a
   * point where other work may run.
   */
  entries: () => IteratorObject<StoredEntry | null>
  /**
   * Handles of the entries with this tag that are there at the call; an entry that has been removed
   * before its turn is left out. The store may change during the iteration; a caller that stops
   * early must call `return`, as `for … of` does.
   */
  tagged: (tag: string) => Iterable<number>
  /**
   * Passes about `count` entries that may be past their grace to `visit`, which may remove the
   * entry it receives. Returns true when there are no more: every entry that is over at the given
   * time has been visited since its end.
   */
  visitMortal: (count: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void) => boolean
  /**
   * Every entry has a handle, an integer that stays the same as long as the entry lives and may
   * then be given to another. All handles are below this number.
   */
  readonly handles: number
  handleOf: (entry: StoredEntry) => number
  /** The entry with this handle; undefined if there is none. */
  at: (handle: number) => StoredEntry | undefined
  /** The key of an existing entry. */
  keyAt: (handle: number) => string
  /**
   * Returns a function that compares the keys of existing entries with this one by their bytes:
   * negative = before it, 0 = equal, positive = after it.
   */
  comparerOf: (key: string) => (handle: number) => number
  /** Receives changes as they happen. */
  watcher: StoreWatcher | undefined
  /**
   * Runs one slice, which moves about this many bytes, of bringing `bytes` down to `demand`.
   * Returns false if there is nothing to gain.
   */
  reclaim: (bytes: number) => boolean
}

/** What all stores of an engine together hold and justify, in bytes. */
export interface Ledger { bytes: number, demand: number }

/** Creates the store of a cache; the store updates the ledger. */
export type StoreMaker = (ledger: Ledger, eviction: CacheSettings['eviction']) => Store
