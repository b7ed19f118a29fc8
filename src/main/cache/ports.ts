import type { CacheSettings } from '@shared/cache-settings'
import type { EntryKind } from '@shared/entry-kinds'
import type { MissReason, RemovalName } from '@shared/miss-reasons'
import type { Disposable } from '../base/disposable'

/**
 * Bytes above which a value has memory of its own, which nobody changes any more: it may be kept as
 * it is for as long as somebody needs it.
 */
export const lastingValue = 128 * 1024

/**
 * What a read hands out. Valid until the next call into the cache: copy what has to live longer.
 */
export interface Hit {
  readonly value: Buffer
  readonly contentType: string
  readonly tags: readonly string[]
  readonly kind: EntryKind
  /** 32 bits that clients of memcached keep with a value. */
  readonly flags: number
  /** Changes with every write of the entry and never comes back; the ETag is made of it. */
  readonly version: number
  /** Seconds since the value was stored. */
  readonly age: number
  /** Seconds of freshness left; negative: stale for so long; null: no expiry. */
  readonly ttl: number | null
  readonly stale: boolean
  readonly hits: number
}
export type Lookup = Hit | MissReason

export interface WriteOptions {
  contentType?: string
  tags?: readonly string[]
  /** @default 'bytes' */
  kind?: EntryKind
  /** 32 bits, unsigned. @default 0 */
  flags?: number
  /** Seconds of freshness; null = none; left out = the cache's own. 0 is stale from the start. */
  ttl?: number | null
  /** Seconds past the TTL for which the entry may still be served stale. */
  grace?: number
  /** Store only where nothing fresh is there. */
  ifAbsent?: boolean
  /**
   * Store only over one of these versions; `any`: only where something is there. A stale entry that
   * is still served counts as there.
   */
  ifVersion?: readonly number[] | 'any'
}
export interface WriteResult {
  /**
   * `refused`: the precondition did not hold, nothing changed. `too-large`: beyond what the cache
   * may ever hold, nothing changed.
   */
  outcome: 'created' | 'replaced' | 'refused' | 'too-large'
  /** Version now there; 0 when nothing is. */
  version: number
}

/** Chooses entries by exactly one property. */
export type Selector = { prefix: string } | { glob: string } | { tag: string } | { expired: true }

export interface PageQuery {
  filter?: Exclude<Selector, { expired: true }>
  sort: 'key' | 'size' | 'ttl' | 'hits' | 'age'
  order: 'asc' | 'desc'
  limit: number
  /** Rows to skip: a window anywhere in the order, for scrolling. Not together with `cursor`. */
  offset?: number
  /**
   * Shows keys as a tree: what lies deeper than the next delimiter after the prefix becomes a
   * folder row, before the entries.
   */
  delimiter?: string
  /**
   * `cursor` of the page before. Throws LarderError `invalid-input` (field cursor) when it is not
   * one, or of another query.
   */
  cursor?: string
}
export interface EntryMetadata {
  key: string
  bytes: number
  contentType: string
  version: number
  tags: readonly string[]
  age: number
  ttl: number | null
  /** Seconds past the TTL for which the entry may still be served stale. */
  grace: number
  stale: boolean
  hits: number
}
export interface Page {
  /** Entries that match, at all depths. */
  total: number
  /** Rows of this level: folders and entries; equals `total` without a delimiter. */
  rows: number
  /** Folders in this window, with the exact number of entries below each. */
  folders: { prefix: string, entries: number }[]
  entries: EntryMetadata[]
  cursor: string | null
}

export type BatchStep =
  | { op: 'get', key: string }
  | { op: 'set', key: string, value: Buffer, options: WriteOptions }
  | { op: 'delete', key: string }
  | { op: 'touch', key: string, ttl: number | null }
  | { op: 'increment', key: string, by: bigint }
export type BatchStepResult =
  | { op: 'get', lookup: Lookup }
  | { op: 'set', result: WriteResult }
  | { op: 'delete', removed: boolean }
  | { op: 'touch', touched: boolean }
  | { op: 'increment', number: string, version: number }
  /** The step failed, with a code of the registry. */
  | { op: 'failed', code: 'wrong-kind' | 'not-a-number' | 'too-large', detail: string }
export interface BatchOutcome {
  results: BatchStepResult[]
  /**
   * Index of the step that failed an atomic batch; then nothing has changed. A refused or too large
   * set and an increment of something else than a number fail it; a get, delete or touch of a
   * missing key does not.
   */
  abortedAt: number | null
}

export interface Percentiles { count: number, p50: number, p90: number, p99: number, max: number }
export interface Statistics {
  hits: number
  /** Part of `hits`: those that were served stale. */
  staleHits: number
  misses: Record<MissReason, number>
  sets: number
  deletes: number
  evictions: number
  expirations: number
  /** Microseconds. */
  latency: Percentiles
}

export interface CacheDefinition extends CacheSettings {
  id: string
  /**
   * Where its name is unique. A user's own caches lie in the unnamed space of that user, which is
   * called by their id.
   */
  space: string
  name: string
}

/**
 * A named set of entries. Keys are spelled as `isKey` asks for; values are bytes and stay as they
 * came.
 *
 * Calls that return a value are atomic. Calls that may return a promise go through many entries: in
 * a small cache they are done at once, in a large one in slices, between which others are served.
 * Then these promises hold: what was there at the call and is chosen has gone, or has been marked,
 * when the promise resolves; what is written after the call stays; a read in between may still find
 * what has not been reached.
 */
export interface Cache {
  readonly definition: Readonly<CacheDefinition>
  /**
   * Entries held, stale ones included. Expired ones may still be counted until the sweep meets
   * them.
   */
  readonly size: number
  /** Bytes held: keys, values, tags and overhead. */
  readonly bytes: number
  /**
   * Changed settings hold at once; a changed TTL for entries stored from now on. Resolves when what
   * is beyond a lower limit has been evicted, and the journal has been given what it has to keep.
   */
  configure: (change: Partial<CacheSettings>) => Promise<void> | void
  /**
   * Reads and counts. Fresh, or stale inside its grace; restarts a sliding TTL. A cache that is
   * switched off answers `disabled`.
   */
  get: (key: string) => Lookup
  /** Reads without counting, ageing or sliding. */
  peek: (key: string) => Hit | undefined
  /**
   * To be awaited right before a write of many bytes, under this key or several: makes room in
   * slices, where the write would push out a hundred thousand small entries at once. Mostly there
   * is nothing to wait for.
   */
  roomFor: (bytes: number, key?: string) => Promise<void> | void
  /** Takes over `value`: the caller must not change it afterwards. */
  set: (key: string, value: Buffer, options?: WriteOptions) => WriteResult
  /** `ifVersion` as in `set`; a stale entry counts as there. */
  delete: (key: string, ifVersion?: WriteOptions['ifVersion']) => 'removed' | 'missing' | 'refused'
  /**
   * New TTL in seconds (null = none) from now, for a fresh or stale entry. Keeps value and version.
   */
  touch: (key: string, ttl: number | null) => boolean
  /**
   * Adds to the decimal whole number (64-bit signed) of a fresh entry; a missing one starts at 0
   * with the cache's TTL. Keeps TTL and tags. Throws LarderError `wrong-kind` for anything but
   * bytes, and `not-a-number`, also if the sum leaves 64 bits.
   */
  increment: (key: string, by: bigint) => { number: string, version: number }
  /**
   * RFC 7396 on the JSON value of a fresh or stale entry; numbers keep their text. Keeps TTL, tags
   * and content type, and what was stale stays stale. Throws LarderError `entry-not-found`,
   * `wrong-kind` (anything but bytes), `not-json` (the value), `malformed-json` (the patch),
   * `precondition-failed`, `too-large`.
   */
  mergePatch: (key: string, patch: Buffer, ifVersion?: WriteOptions['ifVersion']) => WriteResult
  batch: (steps: readonly BatchStep[], atomic: boolean) => BatchOutcome
  /**
   * Drops everything that is there at its end, at once; the number of entries. Only dropping what
   * has expired before may take slices.
   */
  flush: () => number | Promise<number>
  /**
   * Drops what the selector chooses; the number of entries. `soft` marks stale: served stale for
   * the entry's grace, at least until its TTL would have ended.
   */
  invalidate: (selector: Selector, options?: { soft?: boolean, dryRun?: boolean }) => number | Promise<number>
  /**
   * Sorted page with the exact total. Resolves at once, or when the order index it needs has been
   * built.
   */
  page: (query: PageQuery) => Promise<Page>
  /**
   * Share of what `page` needs that has been built, from 0 to 1; 1 = it resolves at once. Asking
   * begins to build. Throws as `page`.
   */
  orderProgress: (query: PageQuery) => number
  /**
   * Fresh entries in insertion order. May be left and resumed while the cache changes; entries that
   * go meanwhile are not shown. Null is a place where others should have their turn: the next entry
   * may take a while to find.
   */
  entries: () => IterableIterator<{ key: string, value: Buffer, contentType: string } | null>
  statistics: () => Statistics
  /** Counts one answered request, in microseconds. */
  recordLatency: (microseconds: number) => void
}

/** A change, told after it has happened. `bytes` is the size of the value. */
export type EngineEvent =
  | { type: 'set', cache: CacheDefinition, key: string, kind: EntryKind, flags: number, bytes: number }
  | { type: 'touched', cache: CacheDefinition, key: string }
  | { type: 'removed', cache: CacheDefinition, key: string, reason: RemovalName }
  | { type: 'flushed', cache: CacheDefinition, matched: number }

export interface Engine extends Disposable {
  /** The global switch. Off: every cache answers `disabled`. */
  enabled: boolean
  /**
   * Bytes of all caches together; writing beyond evicts from the cache whose oldest entry has been
   * idle longest.
   */
  readonly bytes: number
  /** A lower one holds for writes at once; what is beyond it is evicted in slices. */
  budget: number
  open: (definition: CacheDefinition) => Cache
  find: (space: string, name: string) => Cache | undefined
  list: (space?: string) => Cache[]
  /** Drops the cache with its entries, the persisted ones too. */
  close: (id: string) => boolean
  /** Total of changes since the start: what an event costs when nobody listens. */
  readonly changes: number
  subscribe: (listener: (event: EngineEvent) => void) => Disposable
  /**
   * One slice of the expiry sweep, at most `milliseconds` long. Runs by itself; tests call it.
   * Returns how many entries went.
   */
  sweep: (milliseconds?: number) => number
  /** Writes what the journal still holds back. Called by dispose too. */
  flushJournal: () => Promise<void>
  dispose: () => Promise<void>
}

/** An entry as the journal keeps it. Times are wall-clock milliseconds; null = never. */
export interface PersistedEntry {
  key: string
  value: Buffer
  contentType: string
  tags: readonly string[]
  kind: EntryKind
  flags: number
  version: number
  storedAt: number
  /** TTL in milliseconds, for sliding restarts. */
  ttl: number | null
  freshUntil: number | null
  /** Servable stale until then. */
  graceUntil: number | null
}

/**
 * Port to what persistent caches keep over a restart. Writes may be held back and batched, but keep
 * their order; `flush` resolves when everything handed over before is durable. Implemented in
 * `storage/`.
 */
export interface EntryJournal {
  /** Entries of a cache, oldest first. Called once, before any write for that cache. */
  load: (cacheId: string) => Iterable<PersistedEntry>
  put: (cacheId: string, entry: PersistedEntry) => void
  /** A sliding restart, touch or soft invalidation: times only. */
  retime: (
    cacheId: string,
    key: string,
    freshUntil: number | null,
    graceUntil: number | null,
    ttl: number | null,
  ) => void
  remove: (cacheId: string, key: string) => void
  /** All entries of a cache. */
  clear: (cacheId: string) => void
  /** Whether so much is held back that those who can should wait before they write more. */
  isBehind: () => boolean
  /**
   * Resolves when it is the caller's turn to write. One after the other: what one writes counts for
   * the next.
   */
  room: () => Promise<void>
  flush: () => Promise<void>
  /** For `/readyz`: `ok`, or a sentence that says what is wrong. */
  health: () => string
  close: () => Promise<void>
}
