import type { ChangeFeed } from './changes'
import type { Departures } from './departures'
import type { CacheJournal } from './persistence'
import type { CacheDefinition } from './ports'
import type { StatisticsKeeper } from './statistics'
import type { Store } from './store'
import type { EntryTable } from './table'
import { LarderError } from '@shared/errors'
import { removals } from '@shared/miss-reasons'
import { movedATenth } from './lifetime'

interface LiveTableParts {
  store: Store
  journal: CacheJournal
  changes: ChangeFeed
  departures: Departures
  statistics: StatisticsKeeper
  /** Asked each time: the definition changes with `configure`. */
  definition: () => CacheDefinition
  isClosed: () => boolean
  settle: () => void
  /** Told whenever an entry was written or removed. */
  stir: () => void
}

/**
 * The store, and all that follows from a change: journal, events, statistics, the memory of
 * departures.
 */
export function createLiveTable(parts: LiveTableParts): EntryTable {
  const { store, journal, changes, departures, statistics, definition, settle, stir } = parts
  return {
    find: store.find,
    reasonOf: departures.reasonOf,
    put(key, existing, fields, at) {
      const cache = definition()
      // An upload may outlive its cache; it must not bring the journal of a deleted one back.
      if (parts.isClosed())
        throw new LarderError('cache-not-found', `Cache ${cache.name} was deleted.`)
      if (existing)
        store.replace(existing, fields, at)
      else
        store.insert(key, fields, at)
      stir()
      journal.put(key, fields)
      statistics.count('sets')
      if (changes.active)
        changes.tell({ type: 'set', cache, key, kind: fields.kind, flags: fields.flags, bytes: fields.value.length })
      else
        changes.count()
    },
    remove(entry, departure) {
      const { key } = entry
      const cache = definition()
      store.remove(entry)
      stir()
      departures.record(key, departure)
      journal.remove(key)
      statistics.count(removals[departure].counter)
      if (changes.active)
        changes.tell({ type: 'removed', cache, key, reason: departure })
      else
        changes.count()
    },
    slide(entry, lifetime) {
      if (movedATenth(entry, lifetime))
        journal.retime(entry.key, lifetime)
      store.retime(entry, lifetime)
      stir()
    },
    retime(entry, lifetime) {
      // The entry is no longer valid once it has been written.
      const { key } = entry
      journal.retime(key, lifetime)
      store.retime(entry, lifetime)
      stir()
      if (changes.active)
        changes.tell({ type: 'touched', cache: definition(), key })
      else
        changes.count()
    },
    use: store.use,
    settle,
  }
}
