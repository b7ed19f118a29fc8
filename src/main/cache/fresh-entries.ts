import type { Clock } from '../base/clock'
import type { Cache } from './ports'
import type { StoredEntry } from './store'
import { isFresh } from './operations'

/** Entries that are over, and not shown, between two pauses. */
const skippedAtOnce = 1000

/** What a cache lists of the entries of its store. */
export function* freshEntries(entries: Iterable<StoredEntry | null>, clock: Clock): ReturnType<Cache['entries']> {
  let skipped = 0
  for (const entry of entries) {
    if (entry === null)
      yield null
    else if (isFresh(entry, clock.wall(), clock.monotonic()))
      yield { key: entry.key, value: entry.value, contentType: entry.contentType }
    else if (++skipped % skippedAtOnce === 0)
      yield null
  }
}
