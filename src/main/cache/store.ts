import type { CacheSettings } from '@shared/cache-settings'
import type { EntryKind } from '@shared/entry-kinds'
import type { Work } from './jobs'
import type { Lifetime } from './lifetime'

/** What a write puts under a key. */
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

/**
 * An entry as the store shows it, its times among the rest, so that a look at them makes no object.
 * Valid until the next write to its store: what has to live longer is copied.
 */
export interface StoredEntry extends Lifetime, Omit<EntryFields, 'lifetime'> {
  readonly key: string
  /** Bytes of the value. */
  readonly size: number
  /** Reads that found it, over all values it had. */
  readonly hits: number
  /** Milliseconds of the stopwatch at its last read or write, whole ones at least. */
  readonly usedAt: number
}

/** Told of changes as they happen; must neither throw nor change the store. */
export interface StoreWatcher {
  /** The entry has come. */
  inserted: (handle: number) => void
  /** The entry is about to go. */
  removing: (handle: number) => void
  /**
   * Content, times or hits are about to change; `changed` follows, with no other change in between.
   */
  changing: (handle: number) => void
  changed: (handle: number) => void
  /** All entries have gone. */
  cleared: () => void
}

/**
 * Where the entries of one cache lie: lookup, order of insertion, order of eviction, tags,
 * deadlines and exact accounting. Knows no clock and no limit, so that another implementation can
 * take its place. Entries that are handed in come from `find` or an iteration of the same store,
 * after its last write.
 */
export interface Store {
  readonly size: number
  /** Memory held for entries; an empty store holds 0. */
  readonly bytes: number
  /**
   * Memory that the entries justify, which limits are compared with. `bytes` may be above it for a
   * while after entries went; then `reclaim` brings it down.
   */
  readonly demand: number
  /** More entries, or a greater demand, have no place here. */
  readonly most: { readonly entries: number, readonly bytes: number }
  /**
   * Demand of a store that holds this entry alone, or a little more; Infinity for one that has no
   * place here.
   */
  cost: (key: string, fields: Omit<EntryFields, 'version' | 'lifetime'>) => number
  find: (key: string) => StoredEntry | undefined
  /**
   * Adds a key that is not there, as the most recently used. `at` is milliseconds of the stopwatch,
   * here and below.
   */
  insert: (key: string, fields: EntryFields, at: number) => void
  /** New content in the old place of the insertion order; becomes the most recently used. */
  replace: (entry: StoredEntry, fields: EntryFields, at: number) => void
  retime: (entry: StoredEntry, lifetime: Lifetime) => void
  /**
   * Counts a hit and makes the entry the most recently used. No write: what was shown before stays
   * valid.
   */
  use: (entry: StoredEntry, at: number) => void
  remove: (entry: StoredEntry) => void
  clear: () => void
  /**
   * Another policy of eviction from the first step on; it begins with the order of the one before.
   */
  rank: (eviction: CacheSettings['eviction']) => Work<void>
  /** Next to be evicted. Never the one used or written last while there is another. */
  victim: () => StoredEntry | undefined
  /** Handles of all entries, from the next to be evicted on. */
  inOrderOfEviction: () => number[]
  /**
   * In order of insertion, those that are there at the call. The store may change meanwhile: an
   * entry that goes is not shown, even when its key is stored anew. Null is a place where others
   * may have their turn.
   */
  entries: () => IteratorObject<StoredEntry | null>
  /**
   * Handles of the entries with this tag that are there at the call, each as long as it is there.
   * The store may change meanwhile; who stops early calls `return`, as `for … of` does.
   */
  tagged: (tag: string) => Iterable<number>
  /**
   * Shows entries whose end may have come, about `count` of them; `visit` may remove the entry it
   * is shown. True when there are no more: every entry that was over at this time has been shown
   * since it was.
   */
  visitMortal: (count: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void) => boolean
  /**
   * Every entry has a handle, a whole number that stays the same while it lives; then another may
   * get it. All lie below this.
   */
  readonly handles: number
  /** Undefined where nothing is. */
  at: (handle: number) => StoredEntry | undefined
  /** Key of an entry that is there. */
  keyAt: (handle: number) => string
  /**
   * Tells how the keys of entries that are there stand to this one, by their bytes: negative =
   * before, 0 = the same, positive = behind.
   */
  comparerOf: (key: string) => (handle: number) => number
  /** Whom to tell of changes, as they happen. */
  watcher: StoreWatcher | undefined
  /**
   * One slice, of about so many bytes to move, of bringing `bytes` down to `demand`. False when
   * there is nothing to gain.
   */
  reclaim: (bytes: number) => boolean
}

/** What all stores of an engine hold, and justify, together. */
export interface Ledger { bytes: number, demand: number }

/** Makes the store of a cache, which keeps the ledger. */
export type StoreMaker = (ledger: Ledger, eviction: CacheSettings['eviction']) => Store
