import type { Lifetime } from './lifetime'

/** What a write puts under a key. */
export interface EntryFields {
  readonly value: Buffer
  readonly contentType: string
  readonly tags: readonly string[]
  readonly version: number
  readonly lifetime: Lifetime
  /** Accounted size, by `entryBytes`. */
  readonly bytes: number
}

/** An entry as the store shows it. Valid until the next write to its store; only the store changes it. */
export interface StoredEntry extends EntryFields {
  readonly key: string
  /** Grows with every insertion; replacing keeps it. */
  readonly sequence: number
  /** Reads that found it, over all values it had. */
  readonly hits: number
  /** Monotonic milliseconds of its last read or write. */
  readonly usedAt: number
}

/**
 * Where the entries of one cache lie: lookup, order of insertion, order of use, tags and exact accounting. Knows no clock and no
 * rule of expiry or eviction, so that another implementation can take its place. Entries that are handed in come from `find`
 * or an iteration of the same store.
 */
export interface Store {
  readonly size: number
  readonly bytes: number
  find: (key: string) => StoredEntry | undefined
  /** Adds a key that is not there, as the most recently used. */
  insert: (key: string, fields: EntryFields, at: number) => StoredEntry
  /** New content in the old place of the insertion order; becomes the most recently used. */
  replace: (entry: StoredEntry, fields: EntryFields, at: number) => void
  retime: (entry: StoredEntry, lifetime: Lifetime) => void
  /** Counts a hit and makes the entry the most recently used. */
  use: (entry: StoredEntry, at: number) => void
  remove: (entry: StoredEntry) => void
  clear: () => void
  /** `sequence` of the last insertion; 0 before the first. */
  readonly newestSequence: number
  /** The entry whose last use is longest ago. */
  leastRecentlyUsed: () => StoredEntry | undefined
  /** From the least recently used on; the store must not change meanwhile. */
  inOrderOfUse: () => IteratorObject<StoredEntry>
  /** In order of insertion. The store may change meanwhile: removed entries are not shown, new ones are. */
  entries: () => IteratorObject<StoredEntry>
  /** Entries with this tag; as `entries`, in no particular order. */
  tagged: (tag: string) => IteratorObject<StoredEntry>
  /**
   * Shows up to `count` entries that may have expired, going on where the last call ended; `visit` may remove the entry it is
   * shown. True when that ended a round: every entry that expired before the round began has been shown.
   */
  visitMortal: (count: number, visit: (entry: StoredEntry) => void) => boolean
}

/** Bytes that all stores of an engine hold together. */
export interface Ledger { bytes: number }

/**
 * Bytes an entry costs beyond its own content, measured for the Map store on Node 24: heap and external memory after 1,000,000
 * sets (16-byte keys, 100-byte values, `application/json`) came to 518.7 bytes an entry more than the content; one tag of
 * 1,000 added 100.1. RSS is more by what the garbage collector keeps in reserve.
 */
export const entryOverhead = 520
export const tagOverhead = 100

/** Accounted size in bytes: key, value, content type and tags as UTF-8, and the overhead. */
export function entryBytes(key: string, value: Buffer, contentType: string, tags: readonly string[]): number {
  let bytes = entryOverhead + Buffer.byteLength(key) + value.length + Buffer.byteLength(contentType)
  for (const tag of tags)
    bytes += Buffer.byteLength(tag) + tagOverhead
  return bytes
}
