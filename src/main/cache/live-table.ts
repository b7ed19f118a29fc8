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
  /** Called each time, because `configure` changes the definition. */
  definition: () => CacheDefinition
  isClosed: () => boolean
  settle: () => void
  /** Called whenever an entry was written or removed. */
  stir: () => void
  /** Called when an entry was written, with the moment in milliseconds of the wall clock. */
  stored: (at: number) => void
}

/**
 * The store together with everything that follows from a change: journal, events, statistics, the
 * memory of departures.
 */
export function createLiveTable(parts: LiveTableParts): EntryTable {
  const { store, journal, changes, departures, statistics, definition, settle, stir } = parts
  return {
    find: store.find,
    reasonOf: departures.reasonOf,
    forget: key => departures.record(key, 'dropped'),
    put(key, existing, fields, at) {
      const cache = definition()
      // An upload may outlive its cache; it must not recreate the journal of a deleted cache.
      if (parts.isClosed())
        throw new LarderError('cache-not-found', `Cache ${cache.name} was deleted.`)
      if (existing)
        store.replace(existing, fields, at)
      else
        store.insert(key, fields, at)
      stir()
      parts.stored(fields.lifetime.storedAt)
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
      // `entry` is no longer valid after the write.
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
