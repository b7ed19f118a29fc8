import type { CacheSettings } from '@shared/cache-settings'
import type { EntrySelector } from '@shared/entry-filter'
import type { EntryKind } from '@shared/entry-kinds'
import type { ErrorCode } from '@shared/errors'
import type { MissReason, RemovalName } from '@shared/miss-reasons'
import type { Disposable } from '../base/disposable'
import type { Histogram } from '../base/histogram'
import type { Progress } from '../base/progress'

/**
 * Values with more bytes than this have memory of their own that is never changed afterwards, so
 * they may be kept without copying for as long as needed.
 */
export const lastingValue = 128 * 1024

/**
 * The result of a read that found an entry. Valid until the next call into the cache: copy whatever
 * has to live longer.
 */
export interface Hit {
  readonly value: Buffer
  readonly contentType: string
  readonly tags: readonly string[]
  readonly kind: EntryKind
  /** 32 bits that clients of memcached keep with a value. */
  readonly flags: number
  /** Changes with every write of the entry and is never reused; the ETag is derived from it. */
  readonly version: number
  /** Seconds since the value was stored. */
  readonly age: number
  /** Seconds of freshness left; negative = stale for that long; null = no expiry. */
  readonly ttl: number | null
  readonly stale: boolean
  readonly hits: number
}
export type Lookup = Hit | MissReason

/** A copy of a hit that outlives the next call into the cache. */
export function lasting<H extends Hit>(hit: H): H {
  return { ...hit, value: hit.value.length > lastingValue ? hit.value : Buffer.from(hit.value) }
}

/** An entry with all that is needed to store it again as it is. */
export interface Peek extends Hit {
  /** The TTL that was last given, in seconds; null = none. */
  readonly givenTtl: number | null
  /** Seconds past the TTL for which the entry may still be served stale. */
  readonly grace: number
  /** The grace that a new TTL starts again; a soft invalidation lengthens only the other. */
  readonly givenGrace: number
}

export interface WriteOptions {
  contentType?: string
  tags?: readonly string[]
  /** @default 'bytes' */
  kind?: EntryKind
  /** 32 bits, unsigned. @default 0 */
  flags?: number
  /**
   * Seconds of freshness; null = no expiry; omitted = the cache's own TTL. With 0 the entry is
   * stale from the start, below 0 it has been stale for so long.
   */
  ttl?: number | null
  /**
   * The TTL that a sliding restart sets again, for an entry that is stored again with what is left
   * of it. @default `ttl`
   */
  givenTtl?: number | null
  /** Seconds past the TTL for which the entry may still be served stale. */
  grace?: number
  /**
   * The grace that a new TTL starts again, for an entry stored again with what is left of it.
   * @default `grace`
   */
  givenGrace?: number
  /**
   * Keeps TTL and grace of the entry that is replaced, as they run; `ttl` and `grace` are only used
   * if there is none.
   */
  keepTimes?: boolean
  /**
   * For a copy of an entry that is kept elsewhere, whose version and age (in seconds) it shows.
   */
  original?: { version: number, age: number }
  /** Store only if no fresh entry is there. */
  ifAbsent?: boolean
  /**
   * Store only over one of these versions; `any`: only if an entry is there. A stale entry that may
   * still be served counts as there.
   */
  ifVersion?: readonly number[] | 'any'
}

/** For a number that is created; only `ifVersion` also concerns one that is there. */
export type IncrementOptions = Pick<WriteOptions, 'ttl' | 'grace' | 'tags' | 'ifVersion'>

export interface WriteResult {
  /**
   * `refused`: the precondition was not met, nothing changed. `too-large`: more than the cache may
   * ever hold, nothing changed.
   */
  outcome: 'created' | 'replaced' | 'refused' | 'too-large'
  /** The version that is now stored; 0 if there is none. */
  version: number
}

/** Chooses entries by exactly one property, or by the terms of a filter (entry-language.ts). */
export type PageSelector = EntrySelector
/** The same, or these keys. */
export type PartSelector = PageSelector | { keys: readonly string[] }
/** What one selector chooses, or at least one of several. */
export type ChosenSelector = PartSelector | { any: readonly PartSelector[] }
export type Selector = ChosenSelector | { expired: true } | { all: true }

export interface InvalidationOptions {
  /** Marks the entries stale instead of dropping them. @default false */
  soft?: boolean
  /** Only counts them. @default false */
  dryRun?: boolean
  /** Milliseconds of the wall clock: what was stored later stays. By default the call's moment. */
  asOf?: number
  /** Kept up to date, and looked at: a cancelled invalidation ends at once. */
  progress?: Progress
}

export interface PageQuery {
  filter?: PageSelector
  sort: 'key' | 'size' | 'ttl' | 'hits' | 'age'
  order: 'asc' | 'desc'
  limit: number
  /**
   * Rows to skip: opens a window anywhere in the order, for scrolling. Cannot be combined with
   * `cursor`.
   */
  offset?: number
  /**
   * Shows keys as a tree: keys that go on beyond the next delimiter after the prefix are grouped
   * into folder rows, which come before the entries.
   */
  delimiter?: string
  /**
   * `cursor` of the previous page. Throws LarderError `invalid-input` (field cursor) if it is not a
   * cursor or belongs to another query.
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
  /** Rows on this level, folders and entries; equals `total` without a delimiter. */
  rows: number
  /** Folders in this window, with the exact number of entries below each. */
  folders: { prefix: string, entries: number }[]
  entries: EntryMetadata[]
  cursor: string | null
  /** Milliseconds of the wall clock when it was made: it has nothing that was stored later. */
  asOf: number
}

export type BatchStep =
  | { op: 'get' | 'peek', key: string }
  | { op: 'set', key: string, value: Buffer, options: WriteOptions }
  | { op: 'delete', key: string }
  | { op: 'touch', key: string, ttl: number | null }
  | { op: 'increment', key: string, by: bigint, options?: IncrementOptions }
export type BatchStepResult =
  | { op: 'get', lookup: Lookup }
  | { op: 'peek', lookup: Peek | 'absent' }
  | { op: 'set', result: WriteResult }
  | { op: 'delete', removed: boolean }
  | { op: 'touch', touched: boolean }
  | { op: 'increment', number: string, version: number }
  /** The step failed. */
  | { op: 'failed', code: ErrorCode, detail: string }
/** For a step that reads more than fits into one answer. */
export const beyondRoom: BatchStepResult = {
  op: 'failed',
  code: 'too-large',
  detail: 'The values that this batch reads are too large for one answer.',
}
/** What a step of a batch has found; undefined for one that found nothing, or is no read. */
export function hitOf(result: BatchStepResult): Hit | Peek | undefined {
  return 'lookup' in result && typeof result.lookup !== 'string' ? result.lookup : undefined
}

export interface BatchOutcome {
  results: BatchStepResult[]
  /**
   * Index of the step that made an atomic batch fail; nothing has changed in that case. A set that
   * is refused or too large fails the batch, and so does an increment of something that is not a
   * number; a get, delete or touch of a missing key does not.
   */
  abortedAt: number | null
}

export interface Percentiles { count: number, p50: number, p90: number, p99: number, max: number }
export interface Statistics {
  hits: number
  /** The part of `hits` that was served stale. */
  staleHits: number
  misses: Record<MissReason, number>
  sets: number
  deletes: number
  evictions: number
  expirations: number
  /** Microseconds. */
  latency: Percentiles
}

/**
 * The counters behind the statistics, which go on counting: whoever wants to know what has happened
 * since a moment reads them twice. Reading copies nothing.
 */
export interface Counters {
  readonly counts: Readonly<Record<'hits' | 'staleHits' | 'evictions' | 'flushes', number>>
  readonly misses: Readonly<Record<MissReason, number>>
  readonly latency: Pick<Histogram, 'count' | 'take'>
}

/** What a lower limit would cost. */
export interface Forecast {
  /** Entries that would be evicted. */
  evicted: number
  /** Entries that are there now. */
  of: number
  /** Whether exactly so many would go: true unless the limit is one of bytes. */
  exact: boolean
}

export interface Restoring {
  /** The part, from 0 to 1, of what was stored that has come back. */
  readonly progress: number
  /**
   * Resolves when it is over: true if all are there; false if the cache or the engine was closed,
   * or the rest cannot be read.
   */
  readonly done: Promise<boolean>
}

export interface CacheDefinition extends CacheSettings {
  id: string
  /**
   * The namespace in which the name is unique. A user's own caches are in that user's unnamed
   * space, which is identified by the user's id.
   */
  space: string
  name: string
}

/**
 * A named set of entries. Keys have the form that `isKey` requires; values are bytes and are kept
 * unchanged.
 *
 * Calls that return a value are atomic. Calls that may return a promise go through many entries: in
 * a small cache they finish at once, in a large one they work in slices, between which other
 * requests are served. In that case the following is guaranteed: entries that were there at the
 * call and are chosen have been removed, or marked, when the promise resolves; entries written
 * after the call stay; a read in between may still find entries that have not been reached yet.
 */
export interface Cache {
  readonly definition: Readonly<CacheDefinition>
  /**
   * Entries held, including stale ones. Expired entries may still be counted until the sweep
   * reaches them.
   */
  readonly size: number
  /** Bytes held: keys, values, tags and overhead. */
  readonly bytes: number
  /** When an entry was stored last, in milliseconds of the wall clock. */
  readonly storedLast: number
  /** The newest version that any cache of the engine has given: later writes get higher ones. */
  readonly newestVersion: number
  /**
   * While persisted entries come back after a start; null when all are there. Calls that concern
   * one key find every entry meanwhile, all others only what has come back.
   */
  readonly restoring: Restoring | null
  /**
   * Applies changed settings at once; a changed TTL applies to entries stored from now on. Resolves
   * when everything beyond a lowered limit has been evicted and the journal has received all it has
   * to keep.
   */
  configure: (change: Partial<CacheSettings>) => Promise<void> | void
  /** What `configure` would evict. Changes nothing. */
  forecast: (change: Partial<CacheSettings>) => Promise<Forecast> | Forecast
  /**
   * Reads an entry and counts the read. The entry is fresh, or stale within its grace; a sliding
   * TTL restarts. A cache that is switched off answers `disabled`.
   */
  get: (key: string) => Lookup
  /**
   * The same for whoever looks elsewhere if it is not here: then nothing is counted, and the answer
   * is undefined.
   */
  getHeld: (key: string) => Hit | undefined
  /**
   * Reads an entry without counting the read, marking the entry as used or restarting a sliding
   * TTL.
   */
  peek: (key: string) => Peek | undefined
  /**
   * Makes room in slices for a value of so many bytes; to be awaited right before `set`. Without it
   * the write itself might have to evict a hundred thousand small entries in one go. Usually there
   * is nothing to wait for. No entry goes for a write that would be refused.
   */
  roomFor: (bytes: number, key: string, options?: WriteOptions) => Promise<void> | void
  /** The same before `batch`. */
  roomForBatch: (steps: readonly BatchStep[], atomic: boolean) => Promise<void> | void
  /** Takes ownership of `value`: the caller must not change it afterwards. */
  set: (key: string, value: Buffer, options?: WriteOptions) => WriteResult
  /** `ifVersion` as in `set`; a stale entry counts as there. */
  delete: (key: string, ifVersion?: WriteOptions['ifVersion']) => 'removed' | 'missing' | 'refused'
  /**
   * For a cache of copies: there is none any more, for this reason. One that had been evicted says
   * nothing about what it was a copy of.
   */
  drop: (key: string, why: RemovalName) => void
  /**
   * Gives a fresh or stale entry a new TTL in seconds (null = none) from now. Keeps value and
   * version. `ifVersion` as in `set`.
   */
  touch: (key: string, ttl: number | null, ifVersion?: WriteOptions['ifVersion']) => 'touched' | 'missing' | 'refused'
  /**
   * Adds to the decimal integer (64-bit signed) in a fresh entry, which keeps TTL and tags; a
   * missing entry starts at 0, with the TTL, grace and tags of the options. Throws LarderError
   * `wrong-kind` for anything but bytes, `not-a-number` if the value is not an integer or the sum
   * exceeds 64 bits, and `precondition-failed` if `ifVersion` does not hold.
   */
  increment: (key: string, by: bigint, options?: IncrementOptions) => { number: string, version: number }
  /**
   * Applies an RFC 7396 merge patch to the JSON value of a fresh or stale entry; numbers keep their
   * text. Keeps TTL, tags and content type, and a stale entry stays stale. Throws LarderError
   * `entry-not-found`, `wrong-kind` (anything but bytes), `not-json` (the value), `malformed-json`
   * (the patch), `precondition-failed`, `too-large`.
   */
  mergePatch: (key: string, patch: Buffer, ifVersion?: WriteOptions['ifVersion']) => WriteResult
  batch: (steps: readonly BatchStep[], atomic: boolean) => BatchOutcome
  /**
   * Drops all entries at once, as its last step, and returns their number. Only dropping expired
   * entries, which comes first, may take several slices.
   */
  flush: () => number | Promise<number>
  /**
   * Drops the entries that the selector chooses and returns their number. With `soft` it marks them
   * stale instead: they may be served stale for their grace, and at least until their TTL would
   * have ended. If it was cancelled, the number is that of the entries until then.
   */
  invalidate: (selector: Selector, options?: InvalidationOptions) => number | Promise<number>
  /**
   * Returns a sorted page with the exact total. Resolves at once, or when the order index it needs
   * has been built.
   */
  page: (query: PageQuery) => Promise<Page>
  /**
   * The share, from 0 to 1, of the indexes needed by `page` that has been built; 1 = `page`
   * resolves at once. Calling this starts building them. Throws the same errors as `page`.
   */
  orderProgress: (query: PageQuery) => number
  /**
   * Fresh entries in insertion order. The iteration may be paused and resumed while the cache
   * changes; entries removed in the meantime are not shown. A null marks a point where other work
   * should run, because finding the next entry may take a while.
   */
  entries: () => IterableIterator<Pick<Hit, 'value' | 'contentType' | 'kind'> & { key: string } | null>
  /**
   * The entries that the selector chooses, or all, fresh and stale ones, with all that is needed to
   * store them again. Nothing counts as a read. As in `entries`, the cache may change during the
   * iteration, and a null marks a point where other work should run; an entry is valid until the
   * next call into the cache. Throws LarderError `invalid-input` for a malformed glob or filter.
   */
  chosen: (selector: ChosenSelector | null, progress: Progress) => IterableIterator<Peek & { key: string } | null>
  statistics: () => Statistics
  readonly counters: Counters
  /** Counts a read that was answered by an entry that is not held here. */
  recordHit: (stale: boolean) => void
  /** Counts one answered request, in microseconds. */
  recordLatency: (microseconds: number) => void
}

/** A change, reported after it has happened. `bytes` is the size of the value. */
export type EngineEvent =
  | { type: 'set', cache: CacheDefinition, key: string, kind: EntryKind, flags: number, bytes: number }
  | { type: 'touched', cache: CacheDefinition, key: string }
  | { type: 'removed', cache: CacheDefinition, key: string, reason: RemovalName }
  | { type: 'flushed', cache: CacheDefinition, matched: number }
  /** There is no cache of this name any more: it was deleted, or has got another name. */
  | { type: 'closed', cache: CacheDefinition }

export interface Engine extends Disposable {
  /** The global switch. Off: every cache answers `disabled`. */
  enabled: boolean
  /**
   * Bytes of all caches together. A write beyond the budget evicts entries: from the written cache
   * if it is above its share of the budget, otherwise from the cache that is furthest above its
   * reserve.
   */
  readonly bytes: number
  /** A lower budget applies to writes at once; entries beyond it are evicted in slices. */
  budget: number
  /** What a budget of this many bytes would evict. Changes nothing. */
  forecast: (budget: number) => Promise<Forecast> | Forecast
  open: (definition: CacheDefinition) => Cache
  find: (space: string, name: string) => Cache | undefined
  list: (space?: string) => Cache[]
  /**
   * Gives the cache another name; nothing else of it changes. Throws LarderError `cache-not-found`,
   * `name-taken`.
   */
  rename: (id: string, name: string) => void
  /** Drops the cache with its entries, including the persisted ones. */
  close: (id: string) => boolean
  /** Total of changes since the start: the only cost of a change while nobody listens. */
  readonly changes: number
  subscribe: (listener: (event: EngineEvent) => void) => Disposable
  /**
   * Runs one slice of the expiry sweep, at most `milliseconds` long, and returns how many entries
   * it dropped. The engine runs it on a timer; tests call it directly.
   */
  sweep: (milliseconds?: number) => number
  /** Writes what the journal still holds back. `dispose` calls it too. */
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
  /** TTL in milliseconds, needed when a sliding TTL restarts. */
  ttl: number | null
  freshUntil: number | null
  /** The entry may be served stale until then. */
  graceUntil: number | null
  /** Milliseconds that it was given; null = as long as the two times say. */
  grace: number | null
}

/**
 * Port to the storage that keeps the entries of persistent caches over a restart. Writes may be
 * held back and batched, but keep their order; `flush` resolves when everything handed over before
 * is durable. Implemented in `storage/`.
 */
/** An entry that a journal has, at a place of its own: what was written later has a higher one. */
export interface JournalEntry extends PersistedEntry {
  /** A whole number from 1. */
  position: number
}

/** Some entries of a journal, newest first. */
export interface JournalPage {
  /** Takes the next entry; undefined at the end. */
  take: () => JournalEntry | undefined
  /** The position below which to go on; null if nothing is left. */
  readonly next: number | null
}

export interface EntryJournal {
  /**
   * The entries of a cache below this position as they are on the disk: at most `most` of them,
   * fewer if they are large. The caller knows what it has written since.
   */
  page: (cacheId: string, below: number, most: number) => JournalPage
  /** The same, read while others work. */
  pageLater: (cacheId: string, below: number, most: number) => Promise<JournalPage>
  /** One entry as it was when the journal was opened; undefined once it was written or removed. */
  find: (cacheId: string, key: string) => JournalEntry | undefined
  /** The lowest position of an entry of the cache; null if there is none. */
  oldest: (cacheId: string) => number | null
  put: (cacheId: string, entry: PersistedEntry) => void
  /** For a sliding restart, a touch or a soft invalidation: only the times change. */
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
  /**
   * Whether so many writes are held back that callers who can wait should do so before they write
   * more.
   */
  isBehind: () => boolean
  /**
   * Resolves when it is the caller's turn to write. Callers are let through one after the other, so
   * that the writes of each count for the next.
   */
  room: () => Promise<void>
  /**
   * Resolves when all that was handed over so far is on the disk, or rejects with LarderError
   * `storage-full` if the disk refuses it; it is tried again then. Undefined if it is there.
   */
  commit: () => Promise<void> | undefined
  flush: () => Promise<void>
  /** For `/readyz`: `ok`, or a sentence that says what is wrong. */
  health: () => string
  close: () => Promise<void>
}
