import type { ChangeFeed } from './changes'
import type { Departures } from './departures'
import type { CacheJournal } from './persistence'
import type { CacheDefinition } from './ports'
import type { StatisticsKeeper } from './statistics'
import type { Store } from './store'
import type { Work } from './work'

interface FlushParts {
  store: Store
  journal: CacheJournal
  changes: ChangeFeed
  departures: Departures
  statistics: StatisticsKeeper
  definition: () => CacheDefinition
  isClosed: () => boolean
  stir: () => void
  /** Called when nothing is left in the journal either. */
  cleared: () => void
  /** Looks at about `count` entries that may have expired and drops those that have. */
  expire: (count: number) => { allSeen: boolean }
}

interface Flush {
  /** Drops all entries at once, after those that have expired. */
  flush: () => Work<number>
  /** Counts an invalidation that leaves alone what is newer as a flush all the same. */
  asFlush: (work: Work<number>) => Work<number>
}

/** Entries looked at in one step of a flush. */
const expiryStride = 8

export function createFlush(parts: FlushParts): Flush {
  const { store, journal, changes, departures, statistics, definition, isClosed, stir, cleared, expire } = parts
  return {
    * flush() {
      while (!expire(expiryStride).allSeen)
        yield
      // The memory of departures cannot hold more than this.
      for (let handle = 0, left = departures.capacity; handle < store.handles && left > 0; handle++) {
        const entry = store.at(handle)
        if (entry === undefined)
          continue
        departures.record(entry.key, 'flushed')
        left--
      }
      const matched = store.size
      store.clear()
      stir()
      if (isClosed())
        return 0
      journal.clear()
      cleared()
      statistics.count('deletes', matched)
      statistics.count('flushes')
      if (changes.active)
        changes.tell({ type: 'flushed', cache: definition(), matched })
      else
        changes.count()
      return matched
    },
    * asFlush(work) {
      const matched = yield* work
      statistics.count('flushes')
      return matched
    },
  }
}
