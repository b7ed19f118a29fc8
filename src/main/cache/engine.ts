import type { RealClock, Stopwatch } from '../base/clock'
import type { Logger } from '../base/logger'
import type { ManagedCache } from './cache'
import type { Cache, CacheDefinition, Engine, EntryJournal } from './ports'
import type { StoreMaker } from './store'
import type { Work } from './work'
import { LarderError, messageOf } from '@shared/errors'
import { createCache } from './cache'
import { createChangeFeed } from './changes'
import { costs, createFitter } from './fitter'
import { forecastBudget } from './forecast'
import { createOffheapStore } from './offheap/offheap-store'
import { createRanking } from './ranking'
import { createRestorer } from './restorer'
import { createShares } from './shares'
import { createSweeper } from './sweeper'
import { createWorkQueue } from './work'

interface EngineParts {
  clock: RealClock
  stopwatch: Stopwatch
  /**
   * Storage for the entries of persistent caches. The engine does not close it: whoever opened it
   * closes it after disposing of the engine.
   */
  journal: EntryJournal
  /** Budget in bytes for all entries with their overhead. */
  budget: number
  logger: Logger
  /** How many calls have been answered since the start; work that can wait makes room for them. */
  answered?: () => number
  /** Creates the store for the entries of a cache; by default outside the V8 heap. */
  createStore?: StoreMaker
}

/** Creates the engine: the caches of all spaces, under one memory budget and one switch. */
export function createEngine({
  clock,
  stopwatch,
  journal,
  budget,
  logger,
  answered = () => 0,
  createStore = createOffheapStore,
}: EngineParts): Engine {
  const caches = new Map<string, ManagedCache>()
  /** Space → name → cache: every request looks one up. */
  const bySpace = new Map<string, Map<string, Cache>>()
  const changes = createChangeFeed(logger)
  const ledger = { bytes: 0, demand: 0 }
  const ranking = createRanking<ManagedCache>()
  const shares = createShares(ranking, () => budget)
  const sweeper = createSweeper(stopwatch, logger, () => [...caches.values()])
  const restorer = createRestorer({
    stopwatch,
    answered,
    failed: error => logger.error('Persisted entries cannot be read; those that are left stay away', {
      reason: messageOf(error),
    }),
  })
  let enabled = true
  // Higher than every version of earlier runs, including versions of entries that were not kept: an
  // ETag is never reused.
  let version = clock.wall() * 1000

  const queue = createWorkQueue(stopwatch, changes.held)
  const fitter = createFitter<ManagedCache>(
    written => makeRoom(0, written),
    () => Math.max(ledger.demand, ledger.bytes) - budget,
    start,
  )

  /** Takes one step towards room for this many more bytes in `written`; returns the cost. */
  function makeRoom(bytes: number, written?: ManagedCache): number {
    if (ledger.demand + bytes > budget)
      return shares.toGiveWay(bytes, written)?.evictOne() ?? costs.nothing
    return ledger.bytes + bytes > budget ? ranking.slackest()?.reclaim() ?? costs.nothing : costs.nothing
  }

  /** While there is room the first comparison is enough; only the last looks at every cache. */
  function mayHold(cache: ManagedCache, bytes: number): boolean {
    return ledger.demand + bytes <= budget
      || (bytes <= budget && (bytes <= shares.of(cache) || bytes <= shares.most(cache)))
  }

  /** Starts work that nobody waits for. */
  function start(work: Work<void>): void {
    const done = queue.run(work)
    done?.catch((error: unknown) => logger.error('Evicting entries failed', { reason: messageOf(error) }))
  }

  /** Whoever has noted something about its entries has to know. */
  function tellClosed(cache: CacheDefinition): void {
    if (changes.active)
      changes.tell({ type: 'closed', cache })
  }

  return {
    get enabled() {
      return enabled
    },
    set enabled(value) {
      enabled = value
    },
    get bytes() {
      return ledger.bytes
    },
    get budget() {
      return budget
    },
    set budget(bytes) {
      budget = bytes
      start(fitter.work())
    },
    forecast: bytes => queue.run(forecastBudget(
      caches.values().map(({ reserve, outlook }) => ({ reserve, outlook: outlook() })),
      bytes,
    )),
    get changes() {
      return changes.total
    },
    open(definition) {
      if (caches.has(definition.id) || bySpace.get(definition.space)?.has(definition.name))
        throw new LarderError('name-taken', `Cache ${definition.name} is open already.`)
      const managed = ranking.add(stir => createCache({
        clock,
        stopwatch,
        journal,
        changes,
        ledger,
        createStore,
        mayHold,
        isEnabled: () => enabled,
        nextVersion: () => ++version,
        sawVersion: loaded => void (version = Math.max(version, loaded)),
        newestVersion: () => version,
        restore: restorer.add,
        run: queue.run,
        start,
        stir,
        makeRoom,
        fitBudget: fitter.soon,
      }, definition))
      caches.set(definition.id, managed)
      bySpace.set(
        definition.space,
        (bySpace.get(definition.space) ?? new Map<string, Cache>()).set(definition.name, managed.cache),
      )
      logger.debug('Cache opened', { cache: definition.name, entries: managed.cache.size, bytes: managed.cache.bytes })
      return managed.cache
    },
    find: (space, name) => bySpace.get(space)?.get(name),
    list: space => space === undefined
      ? Array.from(caches.values(), managed => managed.cache)
      : [...bySpace.get(space)?.values() ?? []],
    rename(id, name) {
      const managed = caches.get(id)
      if (!managed)
        throw new LarderError('cache-not-found', 'The cache was deleted.')
      const { definition } = managed.cache
      const { space, name: before } = definition
      const names = bySpace.get(space)
      if (names?.has(name))
        throw new LarderError('name-taken', `Cache ${name} is open already.`)
      names?.delete(before)
      names?.set(name, managed.cache)
      managed.rename(name)
      tellClosed(definition)
    },
    close(id) {
      const managed = caches.get(id)
      if (!managed)
        return false
      const { definition } = managed.cache
      managed.close()
      ranking.remove(managed)
      bySpace.get(definition.space)?.delete(definition.name)
      caches.delete(id)
      tellClosed(definition)
      return true
    },
    subscribe: changes.subscribe,
    sweep: sweeper.sweep,
    flushJournal: journal.flush,
    async dispose() {
      await sweeper.dispose()
      await restorer.dispose()
      queue.finish()
      for (const managed of caches.values())
        managed.dispose()
      await journal.flush()
    },
  }
}
