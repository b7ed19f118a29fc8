import type { JobOutcome } from '@shared/jobs'

/**
 * How far a long piece of work has come. The work keeps it up to date, and others may look at it,
 * or cancel the work, at any time.
 */
export interface Progress {
  /** Places looked at, and about how many there are to look at. */
  seen: number
  total: number
  /** Entries that the work has concerned so far; exact. */
  matched: number
  /** Entries that a refresh removed besides: gone at the source, or not to be held any more. */
  gone: number
  /** What it did, or would do, where the kind of job has that to say. */
  outcome: JobOutcome | null
  /** Once true, the work ends before the next entry. */
  cancelled: boolean
}

export function createProgress(): Progress {
  return { seen: 0, total: 0, matched: 0, gone: 0, outcome: null, cancelled: false }
}
