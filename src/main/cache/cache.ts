import type { Clock, Stopwatch } from '../base/clock'
import type { ChangeFeed } from './changes'
import type { OperationParts } from './operations'
import type { Cache, CacheDefinition, EntryJournal } from './ports'
import type { Ranked } from './ranking'
import type { Restoration } from './restoration'
import type { Ledger, Outlook, StoreMaker } from './store'
import type { Work, WorkQueue } from './work'
import { LarderError } from '@shared/errors'
import { givenOnly } from '../base/given-only'
import { runBatch } from './batch'
import { chosenEntries } from './chosen-entries'
import { createDepartures } from './departures'
import { costs, createFitter } from './fitter'
import { createFlush } from './flush'
import { forecastLimits } from './forecast'
import { freshEntries } from './fresh-entries'
import { invalidation } from './invalidation'
import { isOverdue } from './lifetime'
import { createLimits } from './limits'
import { createLiveTable } from './live-table'
import { createEntryOperations } from './operations'
import { createOrders } from './order/orders'
import { createOverlay } from './overlay'
import { readPage } from './pages'
import { createCacheJournal } from './persistence'
import { createRestoration } from './restoration'
import { createRoom } from './room'
import { createStatistics } from './statistics'

/** Bytes to move in one step when memory is given back: takes a fraction of a millisecond. */
const reclaimSlice = 128 * 1024

/** What the caches of an engine have in common. */
interface CacheParts {
  clock: Clock
  stopwatch: Stopwatch
  journal: EntryJournal
  changes: ChangeFeed
  ledger: Ledger
  createStore: StoreMaker
  /** Whether the cache could hold this many new bytes, if need be instead of what it holds now. */
  mayHold: (cache: ManagedCache, bytes: number) => boolean
  isEnabled: () => boolean
  nextVersion: () => number
  /** Tells the engine about a version that was loaded: the next versions will be above it. */
  sawVersion: (version: number) => void
  newestVersion: () => number
  /** Goes on with a restoration that has begun. */
  restore: (restoration: Restoration) => void
  run: WorkQueue['run']
  /** Starts work that nobody waits for. */
  start: (work: Work<void>) => void
  /**
   * To be called when an entry was written or removed, when memory was given back, or when the
   * reserve changed.
   */
  stir: () => void
  /**
   * Evicts an entry of the cache that has to give way, or gives memory back, unless the budget has
   * room for this many more bytes in `written`. Returns the cost.
   */
  makeRoom: (bytes: number, written: ManagedCache) => number
  /**
   * Makes room in the caches that have to give way to `written` until the budget is met; the most
   * recently used entry of `written` is the last to go.
   */
  fitBudget: (written: ManagedCache) => void
}

/** A cache with what only its engine may call. */
export interface ManagedCache extends Ranked {
  readonly cache: Cache
  /** What the next evictions would leave. */
  outlook: () => Outlook
  /** Evicts the next entry and returns the cost, 0 if there is none. */
  evictOne: () => number
  /** Gives back some of the slack and returns the cost, 0 if there is nothing to gain. */
  reclaim: () => number
  /**
   * Looks at about `count` entries that may have expired and drops those that have; then gives back
   * memory. `roundOver` is true when there is nothing left to do.
   */
  sweep: (count: number) => { dropped: number, roundOver: boolean }
  /** Takes another name, which the engine has found to be free. */
  rename: (name: string) => void
  /** Stops all background work. */
  dispose: () => void
  /** Drops all entries, the persisted ones too; later writes throw `cache-not-found`. */
  close: () => void
}

/**
 * Opens a cache. The entries in the journal of a persistent cache come back, as many as fit: the
 * newest at once, the others in steps.
 */
export function createCache(parts: CacheParts, initial: CacheDefinition): ManagedCache {
  const { clock, stopwatch, changes } = parts
  let definition: Readonly<CacheDefinition> = { ...initial }
  let closed = false
  let storedLast = -Infinity
  let restoration: Restoration | null = null
  const store = parts.createStore(parts.ledger, definition.eviction)
  const statistics = createStatistics()
  const departures = createDepartures()
  const journal = createCacheJournal(parts.journal, clock, definition.id, () => definition.persistent)
  const table = createLiveTable({
    store,
    journal,
    changes,
    departures,
    statistics,
    definition: () => definition,
    isClosed: () => closed,
    settle,
    stir: parts.stir,
    stored,
  })
  const operationParts: OperationParts = {
    clock,
    stopwatch,
    statistics,
    settings: () => definition,
    isEnabled: () => definition.enabled && parts.isEnabled(),
    nextVersion: parts.nextVersion,
    fits: (key, content) => mayHold(store.cost(key, content)),
  }
  const operations = createEntryOperations(operationParts, table)
  const limits = createLimits(store, () => definition)
  const fitter = createFitter(() => fitStep(0), limits.excess, parts.start)
  const invalidationParts = { store, clock, table, newestVersion: parts.newestVersion }
  const orders = createOrders({
    store,
    clock,
    stopwatch,
    scan: query => readPage(store, clock, query),
    expire: entry => table.remove(entry, 'expired'),
  })

  /**
   * Takes one step towards the limits in the settings, with room for this many more bytes: first it
   * evicts until the demand of the entries fits, then it gives back memory beyond that demand.
   * Returns the cost.
   */
  function fitStep(room: number): number {
    if (limits.isOver(room))
      return evictOne()
    return store.bytes + room > (definition.maxBytes ?? Infinity) ? reclaim() : costs.nothing
  }

  function reclaim(): number {
    parts.stir()
    return store.reclaim(reclaimSlice) ? costs.reclaim : costs.nothing
  }

  function evictOne(): number {
    const victim = store.victim()
    if (victim === undefined)
      return costs.nothing
    table.remove(victim, isOverdue(victim, clock.wall(), clock.monotonic()) ? 'expired' : 'evicted')
    return costs.eviction
  }

  function mayHold(bytes: number): boolean {
    return bytes <= (definition.maxBytes ?? Infinity) && parts.mayHold(managed, bytes)
  }

  function stored(at: number): void {
    storedLast = Math.max(storedLast, at)
  }

  function settle(): void {
    fitter.soon()
    parts.fitBudget(managed)
  }

  function* makeRoom(bytes: number, key: string): Work<void> {
    // The write frees the value under the key, unless that has been removed already.
    const missing = (): number => bytes - (store.find(key)?.size ?? 0)
    while ((fitStep(missing()) || parts.makeRoom(missing(), managed)) > 0) {
      yield
      if (closed)
        return
    }
  }

  /** Looks at about `count` entries that may have expired and drops those that have. */
  function expire(count: number): { dropped: number, allSeen: boolean } {
    const wall = clock.wall()
    const monotonic = clock.monotonic()
    let dropped = 0
    const allSeen = store.visitMortal(count, wall, monotonic, (entry) => {
      if (!isOverdue(entry, wall, monotonic))
        return
      table.remove(entry, 'expired')
      dropped++
    })
    return { dropped, allSeen }
  }

  const { flush, asFlush } = createFlush({
    store,
    journal,
    changes,
    departures,
    statistics,
    definition: () => definition,
    isClosed: () => closed,
    stir: parts.stir,
    cleared: () => restoration?.stop(),
    expire,
  })
  const room = createRoom({
    operations,
    rehearsal: () => createEntryOperations({ ...operationParts, statistics: createStatistics() }, createOverlay(table)),
    makeRoom,
    run: parts.run,
    journalRoom: () => definition.persistent && parts.journal.isBehind() ? parts.journal.room() : undefined,
  })

  const cache: Cache = {
    ...operations,
    ...room,
    get definition() {
      return definition
    },
    get size() {
      return store.size
    },
    get bytes() {
      return store.bytes
    },
    get storedLast() {
      return storedLast
    },
    get newestVersion() {
      return parts.newestVersion()
    },
    get restoring() {
      return restoration
    },
    configure(change) {
      if (closed)
        throw new LarderError('cache-not-found', `Cache ${definition.name} was deleted.`)
      const wasPersistent = definition.persistent
      definition = { ...definition, ...givenOnly(change) }
      const ranking = store.rank(definition.eviction)
      parts.stir()
      const begins = definition.persistent && !wasPersistent
      if (!definition.persistent && wasPersistent) {
        restoration?.stop()
        journal.end()
      }
      const kept = begins ? journal.begin(store.inOrderOfEviction(), store.at) : undefined
      return parts.run((function* () {
        yield* ranking
        yield* fitter.work()
        if (kept)
          yield* kept
      })())
    },
    forecast: change => parts.run(forecastLimits(store, { ...definition, ...givenOnly(change) })),
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
    flush: () => parts.run(flush()),
    invalidate(selector, options) {
      const work = invalidation(invalidationParts, selector, options)
      return parts.run('all' in selector ? asFlush(work) : work)
    },
    chosen: (selector, progress) => chosenEntries(store, clock, selector, progress),
    page: orders.page,
    orderProgress: orders.progress,
    entries: () => freshEntries(store.entries(), clock),
    statistics: statistics.snapshot,
    counters: statistics.counters,
    recordHit: statistics.hit,
    recordLatency: statistics.recordLatency,
  }

  const managed: ManagedCache = {
    cache,
    outlook: store.outlook,
    evictOne,
    get size() {
      return store.size
    },
    get demand() {
      return store.demand
    },
    get reserve() {
      return definition.reserve ?? 0
    },
    get slack() {
      return store.bytes - store.demand
    },
    reclaim,
    sweep(count) {
      const { dropped, allSeen } = expire(count)
      return { dropped, roundOver: allSeen && reclaim() === costs.nothing }
    },
    rename(name) {
      definition = { ...definition, name }
    },
    dispose: orders.dispose,
    close() {
      closed = true
      restoration?.stop()
      orders.dispose()
      store.clear()
      parts.stir()
      journal.clear()
    },
  }

  if (definition.persistent)
    beginRestoration()
  return managed

  function beginRestoration(): void {
    const begun = createRestoration({
      journal: parts.journal,
      cacheId: definition.id,
      store,
      clock,
      stopwatch,
      departures,
      fits: operationParts.fits,
      settle() {
        parts.stir()
        while ((fitStep(0) || parts.makeRoom(0, managed)) > 0);
      },
      saw: ({ version }) => parts.sawVersion(version),
      stored,
      ended() {
        restoration = null
        table.find = store.find
      },
    })
    restoration = begun
    table.find = begun.find
    // The first page is there already; the others are read while Larder serves.
    if (begun.step(Infinity) !== false)
      parts.restore(begun)
  }
}
