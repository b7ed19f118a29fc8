import type { RequestRecord } from '@shared/schemas'

/** Exact counts of all requests since a moment, also of those that are not kept any more. */
export interface Tally {
  /** ISO time of the first request that is counted; null while there is none. */
  since: string | null
  total: number
  /**
   * Of these, how many the filter lets pass; the filter's own count starts with what was kept when
   * it was set.
   */
  matching: number
  results: Readonly<Record<string, number>>
  /**
   * Of all, how many were too fast for the connection: counted, but neither shown nor held against
   * the filter.
   */
  missed: number
}

export const emptyTally: Tally = { since: null, total: 0, matching: 0, results: {}, missed: 0 }

interface TallyKeeper {
  count: (record: RequestRecord, matches: boolean) => void
  /** One that matches and is not counted among all. */
  match: () => void
  miss: (results: Readonly<Record<string, number>>) => void
  setMatching: (matching: number) => void
  read: () => Tally
  /** Starts anew: what is counted from now on has no gap. */
  clear: () => void
}

export function createTally(): TallyKeeper {
  const results = new Map<string, number>()
  let since: string | null = null
  let total = 0
  let matching = 0
  let missed = 0

  function add(result: string, count: number): void {
    total += count
    results.set(result, (results.get(result) ?? 0) + count)
  }

  return {
    count({ at, result }, matches) {
      since ??= at
      add(result, 1)
      if (matches)
        matching++
    },
    match() {
      matching++
    },
    miss(lost) {
      for (const [result, count] of Object.entries(lost)) {
        add(result, count)
        missed += count
      }
    },
    setMatching(count) {
      matching = count
    },
    read: () => ({ since, total, matching, results: Object.fromEntries(results), missed }),
    clear() {
      results.clear()
      since = null
      total = matching = missed = 0
    },
  }
}
