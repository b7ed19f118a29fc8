import type { EntryKind } from '@shared/entry-kinds'

/** A listing of keys that goes on with the next SCAN. */
export interface Listing {
  readonly cache: object
  readonly entries: Iterator<{ key: string, kind: EntryKind, stale: boolean } | null>
}

/** The listings that clients have begun, by the cursors that lead on. */
export interface Scans {
  /** Returns the cursor. */
  keep: (listing: Listing) => string
  /** The listing of a cursor of the same cache. */
  find: (cursor: string, cache: object) => Listing | undefined
  end: (cursor: string) => void
}

/** Clients begin listings and do not come back, so the oldest have to go. */
const most = 256

export function createScans(): Scans {
  const listings = new Map<string, Listing>()
  let last = 0
  return {
    keep(listing) {
      const cursor = String(++last)
      listings.set(cursor, listing)
      const [oldest] = listings.keys()
      if (listings.size > most && oldest !== undefined)
        listings.delete(oldest)
      return cursor
    },
    find(cursor, cache) {
      const listing = listings.get(cursor)
      if (listing?.cache !== cache)
        return undefined
      // It was used last.
      listings.delete(cursor)
      listings.set(cursor, listing)
      return listing
    },
    end: cursor => void listings.delete(cursor),
  }
}
