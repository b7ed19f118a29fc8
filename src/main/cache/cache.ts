import type { Clock } from '../base/clock'
import type { ChangeFeed } from './changes'
import type { OperationParts } from './operations'
import type { Cache, CacheDefinition, CacheSettings, EntryJournal } from './ports'
import type { Ledger, StoredEntry, StoreMaker } from './store'
import { LarderError } from '../../shared/errors'
import { runBatch } from './batch'
import { createDepartures } from './departures'
import { restoreLifetime, softenLifetime, timeOf } from './lifetime'
import { createLiveTable } from './live-table'
import { createEntryOperations, isFresh } from './operations'
import { createOrders } from './order/orders'
import { createOverlay } from './overlay'
import { readPage } from './pages'
import { createCacheJournal } from './persistence'
import { chosenBy } from './selector'
import { createStatistics } from './statistics'

/** Bytes to move in one go when memory is given back: a fraction of a millisecond. */
const reclaimSlice = 128 * 1024

/** What the caches of an engine share. */
export interface CacheParts {
  clock: Clock
  journal: EntryJournal
  changes: ChangeFeed
  ledger: Ledger
  createStore: StoreMaker
  budget: () => number
  isEnabled: () => boolean
  nextVersion: () => number
  /** Tells the engine of a version that was loaded: the next ones lie above it. */
  sawVersion: (version: number) => void
  /** Makes room in whichever cache until the budget holds; keeps `written`'s most recently used entry. */
  fitBudget: (written: ManagedCache) => void
}

/** A cache with what only its engine may call. */
export interface ManagedCache {
  readonly cache: Cache
  /** Monotonic milliseconds of the last use of the entry that is next to go; Infinity when fewer than `keep` + 1 entries are there. */
  idleSince: (keep: number) => number
  /** Drops the entry that is next to go; false when there is none. */
  evictOne: () => boolean
  /** Bytes that it holds and that its entries do not justify. */
  readonly slack: number
  /** Gives back a part of them; false when there is nothing to gain. */
  reclaim: () => boolean
  /** Looks at about `count` entries that may have expired and drops those that have; then gives back memory. True when all is done. */
  sweep: (count: number) => { dropped: number, roundOver: boolean }
  /** Ends what goes on in the background. */
  dispose: () => void
  /** Drops all entries, the persisted ones too; later writes throw `cache-not-found`. */
  close: () => void
}

/** Opens a cache; a persistent one with the entries that its journal holds, as many as fit. */
export function createCache(parts: CacheParts, initial: CacheDefinition): ManagedCache {
  const { clock, changes } = parts
  let definition: Readonly<CacheDefinition> = { ...initial }
  let closed = false
  const store = parts.createStore(parts.ledger, definition.eviction)
  const statistics = createStatistics()
  const departures = createDepartures()
  const journal = createCacheJournal(parts.journal, clock, definition.id, () => definition.persistent)
  const table = createLiveTable({ store, journal, changes, departures, statistics, definition: () => definition, isClosed: () => closed, settle })
  const operationParts: OperationParts = {
    clock,
    statistics,
    settings: () => definition,
    isEnabled: () => definition.enabled && parts.isEnabled(),
    nextVersion: parts.nextVersion,
    fits: (key, content) => store.cost(key, content) <= Math.min(definition.maxBytes ?? Infinity, parts.budget()),
  }
  const operations = createEntryOperations(operationParts, table)
  const orders = createOrders({ store, clock, scan: query => readPage(store, clock, query), expire: entry => table.remove(entry, 'expired') })

  function isOver(): boolean {
    return store.size > Math.min(definition.maxEntries ?? Infinity, store.most.entries) || store.demand > Math.min(definition.maxBytes ?? Infinity, store.most.bytes)
  }

  /** Down to what its settings allow: entries go until what they justify fits, then memory goes that they do not justify. */
  function fitSettings(): void {
    let progress = true
    while (progress) {
      if (isOver())
        progress = evictOne()
      else
        progress = store.bytes > (definition.maxBytes ?? Infinity) && store.reclaim(reclaimSlice)
    }
  }

  function evictOne(): boolean {
    const victim = store.victim()
    if (victim === undefined)
      return false
    table.remove(victim, isOverdue(victim, clock.wall(), clock.monotonic()) ? 'expired' : 'evicted')
    return true
  }

  function settle(): void {
    fitSettings()
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
      store.rank(definition.eviction)
      changes.held(fitSettings)
      if (definition.persistent && !wasPersistent)
        journal.begin(store.inOrderOfEviction())
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
      for (const entry of store.all())
        matched += isOverdue(entry, wall, monotonic) ? 0 : 1
      // No more departures than that are remembered.
      for (const entry of store.all().take(departures.capacity))
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
            table.retime(entry, softenLifetime(entry, wall, monotonic))
        }
        if (soft && !dryRun)
          settle()
        return matched
      })
    },
    page: orders.page,
    orderProgress: orders.progress,
    entries: () => freshEntries(store.entries(), clock),
    statistics: statistics.snapshot,
    recordLatency: statistics.recordLatency,
  }

  const managed: ManagedCache = {
    cache,
    evictOne,
    idleSince: keep => store.size > keep ? store.victim()?.usedAt ?? Infinity : Infinity,
    get slack() {
      return store.bytes - store.demand
    },
    reclaim: () => store.reclaim(reclaimSlice),
    sweep(count) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      let dropped = 0
      const allSeen = store.visitMortal(count, wall, monotonic, (entry) => {
        if (!isOverdue(entry, wall, monotonic))
          return
        table.remove(entry, 'expired')
        dropped++
      })
      return { dropped, roundOver: allSeen && !store.reclaim(reclaimSlice) }
    },
    dispose: orders.dispose,
    close() {
      closed = true
      orders.dispose()
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
      const fields = { value, contentType, tags, version, lifetime }
      if (!operationParts.fits(key, fields)) {
        dropped.push(key)
        continue
      }
      const earlier = store.find(key)
      if (earlier)
        store.replace(earlier, fields, monotonic)
      else
        store.insert(key, fields, monotonic)
      // Room comes from this cache alone: others would have to write to their journal.
      while (isOver() || parts.ledger.demand > parts.budget()) {
        const victim = store.victim()
        if (!victim)
          break
        dropped.push(victim.key)
        store.remove(victim)
      }
    }
    dropped.forEach(journal.remove)
  }
}

/** Whether the entry is past its grace: nobody may see it any more. */
function isOverdue(entry: StoredEntry, wall: number, monotonic: number): boolean {
  return timeOf(entry, wall, monotonic) >= entry.graceUntil
}

function* freshEntries(entries: Iterable<StoredEntry>, clock: Clock): IterableIterator<{ key: string, value: Buffer, contentType: string }> {
  for (const entry of entries) {
    if (isFresh(entry, clock.wall(), clock.monotonic()))
      yield { key: entry.key, value: entry.value, contentType: entry.contentType }
  }
}

/** A change spread over settings must not write `undefined` where nothing was said. */
function withoutUndefined(change: Partial<CacheSettings>): Partial<CacheSettings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
