import type { MissReason } from '@shared/miss-reasons'
import type { Departure } from './departures'
import type { Lifetime } from './lifetime'
import type { EntryFields, StoredEntry } from './store'

/**
 * The table that the rules of `operations.ts` read and change. The live table carries out
 * everything that follows from a change; the overlay of an atomic batch only records it.
 */
export interface EntryTable {
  /** May be replaced: while entries come back from a journal, it looks there too. */
  find: (key: string) => StoredEntry | undefined
  /** Why there is no entry under this key. */
  reasonOf: (key: string) => MissReason
  /** Remembers no reason any more. */
  forget: (key: string) => void
  /**
   * `existing` is the result of `find` for the key, `at` is in milliseconds of the stopwatch.
   * Throws LarderError `cache-not-found` once the cache is closed.
   */
  put: (key: string, existing: StoredEntry | undefined, fields: EntryFields, at: number) => void
  remove: (entry: StoredEntry, departure: Exclude<Departure, 'flushed'>) => void
  /** Restarts a sliding TTL after a read. */
  slide: (entry: StoredEntry, lifetime: Lifetime) => void
  /** Sets new times on request: touch and soft invalidation. */
  retime: (entry: StoredEntry, lifetime: Lifetime) => void
  use: (entry: StoredEntry, at: number) => void
  /** Called after a write: makes room again if a limit is exceeded. */
  settle: () => void
}
