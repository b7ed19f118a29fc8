import type { Clock, Stopwatch } from '../base/clock'
import type { Departures } from './departures'
import type { OperationParts } from './operations'
import type { EntryJournal, JournalEntry, JournalPage, Restoring } from './ports'
import type { Store, StoredEntry } from './store'
import { restoreLifetime, timeOf } from './lifetime'

/** The return of the entries of one cache from its journal, newest first. */
export interface Restoration extends Restoring {
  /**
   * The entry of the store, or of the journal if it has not come back yet. While this goes on it
   * takes the place of the store's `find`, so that no call sees the difference.
   */
  find: (key: string) => StoredEntry | undefined
  /**
   * Brings back so many entries. Returns whether there are more, or a promise if the next ones are
   * still being read; it rejects if they cannot be.
   */
  step: (most: number) => boolean | Promise<void>
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

/** Entries that are there at once. */
const firstPage = 64
/** Entries that are read at a time afterwards. */
const laterPage = 1000

export function createRestoration(parts: RestorationParts): Restoration {
  const { journal, cacheId, store, clock, stopwatch, departures, fits } = parts
  const { promise: done, resolve } = Promise.withResolvers<boolean>()
  const oldest = journal.oldest(cacheId)
  /** Keys that came back because a call asked for them; they may be gone again. */
  const asked = new Set<string>()
  let page: JournalPage = journal.page(cacheId, Number.MAX_SAFE_INTEGER, firstPage)
  /** The page after this one. */
  let coming: Promise<void> | null = null
  let following: JournalPage | null = null
  let newest: number | null = null
  let reached = Infinity
  let isOver = false

  /** Puts an entry back, unless its time is over or it has become too large for the cache. */
  function takeBack({ position, key, version, ...row }: JournalEntry): void {
    parts.saw({ version })
    const { value, contentType, tags, kind, flags } = row
    const [wall, monotonic] = [clock.wall(), clock.monotonic()]
    const lifetime = restoreLifetime(row, wall, monotonic)
    const content = { value, contentType, tags, kind, flags, version, lifetime }
    const isExpired = timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil
    if (isExpired || !fits(key, content)) {
      departures.record(key, isExpired ? 'expired' : 'evicted')
      journal.remove(cacheId, key)
      return
    }
    store.restore(key, content, stopwatch.now(), position)
    parts.stored(lifetime.storedAt)
  }

  function end(isWhole: boolean): void {
    if (isOver)
      return
    isOver = true
    asked.clear()
    parts.ended()
    resolve(isWhole)
  }

  /** Reads the next page while this one is brought back. */
  function readAhead(): void {
    if (page.next === null || coming !== null || following !== null)
      return
    coming = journal.pageLater(cacheId, page.next, laterPage).then((read) => {
      following = read
      coming = null
    })
    // Whoever waits for it gets the error.
    coming.catch(() => {})
  }

  /** The next entry; null if it is still being read, undefined at the end. */
  function next(): JournalEntry | null | undefined {
    for (;;) {
      const entry = page.take()
      if (entry !== undefined || page.next === null)
        return entry
      if (following === null)
        return null
      page = following
      following = null
      readAhead()
    }
  }

  return {
    done,
    get progress() {
      if (isOver || oldest === null || newest === null)
        return isOver || oldest === null ? 1 : 0
      return Math.min(1, Math.max(0, (newest - reached) / (newest - oldest + 1)))
    },
    find(key) {
      const found = store.find(key)
      if (found !== undefined || isOver || asked.has(key))
        return found
      const row = journal.find(cacheId, key)
      if (row === undefined)
        return undefined
      asked.add(key)
      takeBack(row)
      parts.settle()
      return store.find(key)
    },
    step(most) {
      readAhead()
      for (let left = most; left > 0 && !isOver; left--) {
        const entry = next()
        if (entry === null) {
          parts.settle()
          return coming ?? Promise.resolve()
        }
        if (entry === undefined) {
          parts.settle()
          end(true)
          return false
        }
        newest ??= entry.position
        reached = entry.position
        if (!asked.has(entry.key))
          takeBack(entry)
      }
      if (!isOver)
        parts.settle()
      return !isOver
    },
    stop: () => end(false),
  }
}
