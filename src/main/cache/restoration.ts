import type { Clock, Stopwatch } from '../base/clock'
import type { Departures } from './departures'
import type { OperationParts } from './operations'
import type { EntryJournal, JournalEntry, Restoring } from './ports'
import type { Store, StoredEntry } from './store'
import { restoreLifetime, timeOf } from './lifetime'

/** The return of the entries of one cache from its journal, newest first, page by page. */
export interface Restoration extends Restoring {
  /**
   * The entry of the store, or of the journal if it has not come back yet. While this goes on it
   * takes the place of the store's `find`, so that no call sees the difference.
   */
  find: (key: string) => StoredEntry | undefined
  /** Takes the next page, about so many entries. Returns false when it is over. */
  step: (most: number) => boolean
  /** What has not come back stays away. */
  stop: () => void
}

interface RestorationParts extends Pick<OperationParts, 'fits'> {
  journal: EntryJournal
  cacheId: string
  store: Store
  clock: Clock
  stopwatch: Stopwatch
  departures: Departures
  /** Evicts until all limits are met. */
  settle: () => void
  /** Called with each entry that the journal has, whether it comes back or not. */
  saw: (entry: Pick<JournalEntry, 'version'>) => void
  /** Called with the moment at which an entry that came back was stored. */
  stored: (at: number) => void
  /** Called once, at the end. */
  ended: () => void
}

export function createRestoration(parts: RestorationParts): Restoration {
  const { journal, cacheId, store, clock, stopwatch, departures, fits } = parts
  const { promise: done, resolve } = Promise.withResolvers<boolean>()
  const oldest = journal.oldest(cacheId)
  let newest: number | null = null
  /** Entries below this position have not been looked at; null at the end. */
  let below: number | null = Number.MAX_SAFE_INTEGER

  /** Puts an entry back, unless its time is over or it has become too large for the cache. */
  function takeBack({ position, key, version, ...row }: JournalEntry): void {
    parts.saw({ version })
    const { value, contentType, tags, kind, flags } = row
    const [wall, monotonic] = [clock.wall(), clock.monotonic()]
    const lifetime = restoreLifetime(row, wall, monotonic)
    const content = { value, contentType, tags, kind, flags, version, lifetime }
    const isOver = timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil
    if (isOver || !fits(key, content)) {
      departures.record(key, isOver ? 'expired' : 'evicted')
      journal.remove(cacheId, key)
      return
    }
    store.restore(key, content, stopwatch.now(), position)
    parts.stored(lifetime.storedAt)
  }

  function end(isWhole: boolean): void {
    if (below === null)
      return
    below = null
    parts.ended()
    resolve(isWhole)
  }

  return {
    done,
    get progress() {
      if (below === null || oldest === null)
        return 1
      return newest === null ? 0 : Math.min(1, Math.max(0, (newest - below) / (newest - oldest + 1)))
    },
    find(key) {
      const found = store.find(key)
      const row = found === undefined && below !== null ? journal.find(cacheId, key) : undefined
      if (row === undefined)
        return found
      takeBack(row)
      parts.settle()
      return store.find(key)
    },
    step(most) {
      if (below === null)
        return false
      const { entries, next } = journal.page(cacheId, below, most)
      newest ??= entries[0]?.position ?? next
      for (const entry of entries) {
        const held = store.find(entry.key)
        if (held === undefined)
          takeBack(entry)
      }
      parts.settle()
      if (next === null)
        end(true)
      else if (below !== null)
        below = next
      return below !== null
    },
    stop: () => end(false),
  }
}
