import type { MissReason } from '@shared/miss-reasons'
import type { Departure } from './departures'
import type { Lifetime } from './lifetime'
import type { EntryFields, StoredEntry } from './store'

/**
 * What the rules of `operations.ts` read and change. The live table carries everything that follows
 * from a change; the overlay of an atomic batch only notes it down.
 */
export interface EntryTable {
  find: (key: string) => StoredEntry | undefined
  /** Why nothing is under this key. */
  reasonOf: (key: string) => MissReason
  /**
   * `existing` is what `find` gave for the key, `at` milliseconds of the stopwatch. Throws
   * LarderError `cache-not-found` once the cache is closed.
   */
  put: (key: string, existing: StoredEntry | undefined, fields: EntryFields, at: number) => void
  remove: (entry: StoredEntry, departure: Exclude<Departure, 'flushed'>) => void
  /** A restart of a sliding TTL by a read. */
  slide: (entry: StoredEntry, lifetime: Lifetime) => void
  /** New times on somebody's request: touch and soft invalidation. */
  retime: (entry: StoredEntry, lifetime: Lifetime) => void
  use: (entry: StoredEntry, at: number) => void
  /** After a write: makes room again where a limit is passed. */
  settle: () => void
}
