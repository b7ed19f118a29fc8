import type { Clock } from '../base/clock'
import type { ChangeFeed } from './changes'
import type { OperationParts } from './operations'
import type { Cache, CacheDefinition, CacheSettings, EntryJournal } from './ports'
import type { EntryFields, Ledger, Store } from './store'
import { LarderError } from '../../shared/errors'
import { runBatch } from './batch'
import { createDepartures } from './departures'
import { restoreLifetime, softenLifetime, timeOf } from './lifetime'
import { createLiveTable } from './live-table'
import { createMapStore } from './map-store'
import { createEntryOperations, isFresh } from './operations'
import { createOverlay } from './overlay'
import { readPage } from './pages'
import { createCacheJournal } from './persistence'
import { chosenBy } from './selector'
import { createStatistics } from './statistics'
import { entryBytes } from './store'

/** What the caches of an engine share. */
export interface CacheParts {
  clock: Clock
  journal: EntryJournal
  changes: ChangeFeed
  ledger: Ledger
  budget: () => number
  isEnabled: () => boolean
  nextVersion: () => number
  /** Tells the engine of a version that was loaded: the next ones lie above it. */
  sawVersion: (version: number) => void
  /** Evicts from whichever cache until the budget holds; keeps `written`'s most recently used entry. */
  fitBudget: (written: ManagedCache) => void
}

/** A cache with what only its engine may call. */
export interface ManagedCache {
  readonly cache: Cache
  /** Monotonic milliseconds of the longest unused entry's last use; Infinity when fewer than `keep` + 1 entries are there. */
  idleSince: (keep: number) => number
  /** Drops the least recently used entry. */
  evictOne: () => void
  /** Looks at up to `count` entries that may have expired and drops those that have. */
  sweep: (count: number) => { dropped: number, roundOver: boolean }
  /** Drops all entries, the persisted ones too; later writes throw `cache-not-found`. */
  close: () => void
}

/** Opens a cache; a persistent one with the entries that its journal holds, as many as fit. */
export function createCache(parts: CacheParts, initial: CacheDefinition): ManagedCache {
  const { clock, changes } = parts
  let definition: Readonly<CacheDefinition> = { ...initial }
  let closed = false
  const store = createMapStore(parts.ledger)
  const statistics = createStatistics()
  const departures = createDepartures()
  const journal = createCacheJournal(parts.journal, clock, definition.id, () => definition.persistent)
  const table = createLiveTable({ clock, store, journal, changes, departures, statistics, definition: () => definition, isClosed: () => closed, settle })
  const operationParts: OperationParts = {
    clock,
    statistics,
    settings: () => definition,
    isEnabled: () => definition.enabled && parts.isEnabled(),
    nextVersion: parts.nextVersion,
    largestEntry: () => Math.min(definition.maxBytes ?? Infinity, parts.budget()),
  }
  const operations = createEntryOperations(operationParts, table)

  function isOver(): boolean {
    return store.size > (definition.maxEntries ?? Infinity) || store.bytes > (definition.maxBytes ?? Infinity)
  }

  function evictOne(): void {
    const victim = store.leastRecentlyUsed()
    if (victim)
      table.remove(victim, isOverdue(victim, clock.wall(), clock.monotonic()) ? 'expired' : 'evicted')
  }

  function settle(): void {
    while (isOver())
      evictOne()
    parts.fitBudget(managed)
  }

  const cache: Cache = {
    ...operations,
    get definition() {
      return definition
    },
    get size() {
      return store.size
    },
    get bytes() {
      return store.bytes
    },
    configure(change) {
      if (closed)
        throw new LarderError('cache-not-found', `Cache ${definition.name} was deleted.`)
      const wasPersistent = definition.persistent
      definition = { ...definition, ...withoutUndefined(change) }
      changes.held(() => {
        while (isOver())
          evictOne()
      })
      if (definition.persistent && !wasPersistent)
        journal.begin(store.inOrderOfUse())
      else if (!definition.persistent && wasPersistent)
        journal.end()
    },
    batch(steps, atomic) {
      if (!atomic)
        return changes.held(() => runBatch(operations, steps, false))
      const overlay = createOverlay(table)
      const outcome = runBatch(createEntryOperations(operationParts, overlay), steps, true)
      if (outcome.abortedAt === null) {
        changes.held(() => {
          overlay.commit()
          settle()
        })
      }
      return outcome
    },
    flush() {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      let matched = 0
      for (const entry of store.entries())
        matched += isOverdue(entry, wall, monotonic) ? 0 : 1
      // Only so many departures are remembered: those of the last inserted keys.
      for (const entry of store.entries().drop(Math.max(0, store.size - departures.capacity)))
        departures.record(entry.key, 'flushed')
      store.clear()
      journal.clear()
      statistics.count('deletes', matched)
      if (changes.active)
        changes.tell({ type: 'flushed', cache: definition, matched })
      else
        changes.count()
      return matched
    },
    invalidate(selector, { soft = false, dryRun = false } = {}) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      const expired = 'expired' in selector
      const chosen = chosenBy(store, expired ? undefined : selector)
      return changes.held(() => {
        let matched = 0
        for (const entry of chosen) {
          if (expired ? isFresh(entry, wall, monotonic) : isOverdue(entry, wall, monotonic))
            continue
          matched++
          if (dryRun)
            continue
          if (!soft)
            table.remove(entry, expired ? 'expired' : 'invalidated')
          else if (isFresh(entry, wall, monotonic))
            table.retime(entry, softenLifetime(entry.lifetime, wall, monotonic))
        }
        return matched
      })
    },
    page: async query => readPage(store, clock, query),
    entries: () => freshEntries(store, clock, store.newestSequence),
    statistics: statistics.snapshot,
    recordLatency: statistics.recordLatency,
  }

  const managed: ManagedCache = {
    cache,
    evictOne,
    idleSince: keep => store.size > keep ? store.leastRecentlyUsed()?.usedAt ?? Infinity : Infinity,
    sweep(count) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      let dropped = 0
      const roundOver = store.visitMortal(count, (entry) => {
        if (!isOverdue(entry, wall, monotonic))
          return
        table.remove(entry, 'expired')
        dropped++
      })
      return { dropped, roundOver }
    },
    close() {
      closed = true
      store.clear()
      journal.clear()
    },
  }

  if (definition.persistent)
    load()
  return managed

  function load(): void {
    const wall = clock.wall()
    const monotonic = clock.monotonic()
    // The journal must not be written while it is read.
    const dropped: string[] = []
    for (const { key, value, contentType, tags, version, ...times } of parts.journal.load(definition.id)) {
      parts.sawVersion(version)
      const lifetime = restoreLifetime(times, wall, monotonic)
      if (timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil) {
        dropped.push(key)
        continue
      }
      const fields = { value, contentType, tags, version, lifetime, bytes: entryBytes(key, value, contentType, tags) }
      const earlier = store.find(key)
      if (earlier)
        store.replace(earlier, fields, monotonic)
      else
        store.insert(key, fields, monotonic)
      // Room comes from this cache alone: others would have to write to their journal.
      while (isOver() || parts.ledger.bytes > parts.budget()) {
        const oldest = store.leastRecentlyUsed()
        if (!oldest)
          break
        store.remove(oldest)
        dropped.push(oldest.key)
      }
    }
    dropped.forEach(journal.remove)
  }
}

/** Whether the entry is past its grace: nobody may see it any more. */
function isOverdue({ lifetime }: Pick<EntryFields, 'lifetime'>, wall: number, monotonic: number): boolean {
  return timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil
}

/**
 * Ends at the entry that was the `last` one inserted: what is stored while somebody reads does not prolong the list, and a key
 * that is dropped and stored anew is not shown twice.
 */
function* freshEntries(store: Store, clock: Clock, last: number): IterableIterator<{ key: string, value: Buffer, contentType: string }> {
  for (const entry of store.entries()) {
    if (entry.sequence > last)
      return
    if (isFresh(entry, clock.wall(), clock.monotonic()))
      yield { key: entry.key, value: entry.value, contentType: entry.contentType }
  }
}

/** A change spread over settings must not write `undefined` where nothing was said. */
function withoutUndefined(change: Partial<CacheSettings>): Partial<CacheSettings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
