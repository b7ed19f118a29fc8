import type { BatchAnswer, BatchInput, EntryOrder, EntryPage, EntrySort } from '@shared/entries'
import type { EntryKind } from '@shared/entry-kinds'
import type { ChunkOptions } from './chunks'

/** An entry with its value. Times in seconds. */
export interface Entry {
  key: string
  value: Uint8Array<ArrayBuffer>
  contentType: string
  /** A hash or set is read as JSON. */
  kind: EntryKind
  etag: string
  age: number
  /** Time left to live; null = no expiry, negative = time past expiry, within the grace period. */
  ttl: number | null
  /** The TTL that was last given; null = none. Only a peek tells it. */
  givenTtl: number | null
  /** How long past the TTL the entry may be served stale. Only a peek tells it. */
  grace: number
  /** The grace that a new TTL starts again. Only a peek tells it. */
  givenGrace: number
  tags: string[]
}

export interface PutOptions {
  contentType?: string | undefined
  /**
   * In the syntax of the header: `90`, `90s`, `15m`, `2h`, `none`; `keep`: TTL and grace of the
   * replaced entry go on. The number 0, which nobody can type: stale from the start.
   * @default the cache's TTL
   */
  ttl?: string | 0 | undefined
  /** The TTL that a sliding restart gives again; `ttl` is what is left of it. @default `ttl` */
  givenTtl?: string | undefined
  tags?: readonly string[] | undefined
  /** Seconds past the TTL for which the entry may be served stale. @default 0 */
  grace?: number | undefined
  /** The grace that a new TTL starts again; `grace` is what is left of it. @default `grace` */
  givenGrace?: number | undefined
  /** Store only if there is no fresh entry. */
  onlyNew?: boolean
  /** Replace only an entry that has this ETag. */
  ifMatch?: string | undefined
}

/**
 * A window at any offset of the ordered entries. With a delimiter, the folders (keys cut at the
 * first delimiter after the prefix) come before the entries of the level.
 */
export interface WindowQuery {
  prefix?: string
  glob?: string
  tag?: string
  sort?: EntrySort
  order?: EntryOrder
  limit?: number
  offset: number
  delimiter?: string
}

interface ReadOptions extends ChunkOptions {
  /** Reads without side effects: counts no hit and does not prolong the entry's life. */
  peek?: boolean
  /**
   * The media type in which the value is wanted; a key that no path can hold comes as it is stored.
   * @default as it is stored
   */
  as?: string
}

/**
 * Operations on the entries of a cache, whatever their keys. All of them throw LarderError: the
 * server's errors, and `not-ready` if the server cannot be reached.
 */
export interface Entries {
  get: (cache: string, key: string, options?: ReadOptions) => Promise<Entry>
  /** Returns whether the entry is new, and its ETag. Throws `precondition-failed`, `too-large`. */
  put: (
    cache: string,
    key: string,
    value: string | Uint8Array<ArrayBuffer> | Blob,
    options?: PutOptions,
  ) => Promise<{ created: boolean, etag: string }>
  /** Throws `entry-not-found`, `precondition-failed`. */
  delete: (cache: string, key: string, options?: { ifMatch?: string }) => Promise<void>
  /**
   * Returns the window or, while the server still builds the order for it, its progress (0 to 1).
   */
  window: (cache: string, query: WindowQuery, signal?: AbortSignal) => Promise<EntryPage | { progress: number }>
  /** Sets a TTL that starts now: `90`, `15m`, `none`. Throws `entry-not-found`. */
  touch: (cache: string, key: string, ttl: string) => Promise<void>
  batch: (
    cache: string,
    operations: BatchInput['operations'],
    options?: { atomic?: boolean },
  ) => Promise<BatchAnswer>
  /** All fresh entries as JSON text, `[{"key":…,"value":…},…]`, in the bytes that were received. */
  json: (cache: string, options?: ReadOptions) => Promise<Blob>
}
