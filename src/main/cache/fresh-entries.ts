import type { Clock } from '../base/clock'
import type { Cache } from './ports'
import type { StoredEntry } from './store'
import { isFresh } from './operations'

/** Number of entries that are not fresh, and therefore not shown, between two pauses. */
const skippedAtOnce = 1000

/** The entries of a store that a cache lists. */
export function* freshEntries(entries: Iterable<StoredEntry | null>, clock: Clock): ReturnType<Cache['entries']> {
  let skipped = 0
  for (const entry of entries) {
    if (entry === null)
      yield null
    else if (isFresh(entry, clock.wall(), clock.monotonic()))
      yield { key: entry.key, value: entry.value, contentType: entry.contentType, kind: entry.kind }
    else if (++skipped % skippedAtOnce === 0)
      yield null
  }
}
