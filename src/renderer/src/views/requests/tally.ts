import type { RequestRecord } from '@shared/schemas'

/** Exact counts of all requests since a moment, including those that are no longer kept. */
export interface Tally {
  /** ISO time of the first counted request; null if there is none. */
  since: string | null
  total: number
  /**
   * How many of these match the filter. For a new filter, this count starts with the requests that
   * are kept at that time.
   */
  matching: number
  results: Readonly<Record<string, number>>
  /**
   * How many of all requests were too fast for the connection: they are counted, but neither shown
   * nor matched with the filter.
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
  /** Starts over: the counts have no gap from now on. */
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
      since = since === null || at < since ? at : since
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
