import type { Clock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { ManagedCache } from './cache'
import type { Cache, Engine, EntryJournal } from './ports'
import type { StoreMaker } from './store'
import { LarderError } from '../../shared/errors'
import { createCache } from './cache'
import { createChangeFeed } from './changes'
import { createOffheapStore } from './offheap/offheap-store'
import { createSweeper } from './sweeper'

export interface EngineParts {
  clock: Clock
  /** Where persistent caches keep their entries. Stays open: whoever opened it closes it after the engine. */
  journal: EntryJournal
  /** Bytes of all entries with their overhead. */
  budget: number
  logger: Logger
  /** Where the entries of a cache lie; left out, outside the V8 heap. */
  createStore?: StoreMaker
}

/** The caches of all users, under one memory budget and one switch. */
export function createEngine({ clock, journal, budget, logger, createStore = createOffheapStore }: EngineParts): Engine {
  const caches = new Map<string, ManagedCache>()
  /** Owner → name → cache: every request asks for one. */
  const byOwner = new Map<string, Map<string, Cache>>()
  const changes = createChangeFeed(logger)
  const ledger = { bytes: 0, demand: 0 }
  const sweeper = createSweeper(clock, logger, () => [...caches.values()])
  let enabled = true
  // Above every version of earlier runs, also of entries that were not kept: an ETag never comes back.
  let version = clock.wall() * 1000

  /** The cache whose least recently used entry has been idle longest. */
  function idlest(written?: ManagedCache): ManagedCache | undefined {
    let found: ManagedCache | undefined
    let since = Infinity
    for (const candidate of caches.values()) {
      const idleSince = candidate.idleSince(candidate === written ? 1 : 0)
      if (idleSince < since) {
        since = idleSince
        found = candidate
      }
    }
    return found
  }

  /** The cache that holds most beyond what its entries justify. */
  function slackest(): ManagedCache | undefined {
    let found: ManagedCache | undefined
    for (const candidate of caches.values()) {
      if (candidate.slack > (found?.slack ?? 0))
        found = candidate
    }
    return found
  }

  function fitBudget(written?: ManagedCache): void {
    let progress = true
    while (progress) {
      if (ledger.demand > budget)
        progress = idlest(written)?.evictOne() === true
      else
        progress = ledger.bytes > budget && slackest()?.reclaim() === true
    }
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
      changes.held(fitBudget)
    },
    get changes() {
      return changes.total
    },
    open(definition) {
      if (caches.has(definition.id) || byOwner.get(definition.owner)?.has(definition.name))
        throw new LarderError('name-taken', `Cache ${definition.name} is open already.`)
      const managed = createCache({
        clock,
        journal,
        changes,
        ledger,
        createStore,
        budget: () => budget,
        isEnabled: () => enabled,
        nextVersion: () => ++version,
        sawVersion: loaded => void (version = Math.max(version, loaded)),
        fitBudget,
      }, definition)
      caches.set(definition.id, managed)
      byOwner.set(definition.owner, (byOwner.get(definition.owner) ?? new Map<string, Cache>()).set(definition.name, managed.cache))
      logger.debug('Cache opened', { cache: definition.name, entries: managed.cache.size, bytes: managed.cache.bytes })
      return managed.cache
    },
    find: (owner, name) => byOwner.get(owner)?.get(name),
    list: owner => owner === undefined ? Array.from(caches.values(), managed => managed.cache) : [...byOwner.get(owner)?.values() ?? []],
    close(id) {
      const managed = caches.get(id)
      if (!managed)
        return false
      const { owner, name } = managed.cache.definition
      managed.close()
      byOwner.get(owner)?.delete(name)
      return caches.delete(id)
    },
    subscribe: changes.subscribe,
    sweep: sweeper.sweep,
    flushJournal: journal.flush,
    async dispose() {
      await sweeper.dispose()
      for (const managed of caches.values())
        managed.dispose()
      await journal.flush()
    },
  }
}
