import type { CacheSettings } from '@shared/cache-settings'
import type { Timer } from '../base/timer'
import type { Cache, CacheDefinition, Engine } from '../cache/ports'
import type { LeaseBook } from './leases/lease-book'
import type { Maybe } from './maybe'
import type { OffTimes } from './off-times'
import type { CacheFigures, Layer, LayerContext, ServedCache } from './ports'
import type { Stack } from './stack'
import { isSamePlace } from '@shared/backend-settings'
import { LarderError } from '@shared/errors'
import { withLeases } from './leases/guard'
import { createLeaseBook } from './leases/lease-book'
import { cacheOff, cachingOff } from './off-errors'
import { whileRestoring } from './restoring'
import { createStack } from './stack'

/** With what entries are saved and loaded. */
type TransferMethod = 'chosen' | 'delete' | 'page' | 'peek' | 'roomFor' | 'set'

/** A cache of the engine with its layers. */
export interface Mount {
  /** Without its layers: what long work does here is no matter of a source. */
  readonly cache: CacheFigures & Pick<Cache, 'counters' | 'forecast' | 'get' | 'recordLatency' | TransferMethod>
  readonly served: ServedCache
}

/**
 * The caches of all spaces, each with its layers. Used by the administration, which opens,
 * configures and closes them.
 */
export interface ServedCaches extends Pick<Engine, 'enabled' | 'budget' | 'forecast' | 'subscribe'> {
  /** Since when switches are off, and whom they turned away. */
  readonly offTimes: Pick<OffTimes, 'ofAll' | 'ofCache'>
  /** Throws LarderError `name-taken`. */
  open: (definition: CacheDefinition) => Mount
  /**
   * Resolves when the change applies to all entries. Throws LarderError `cache-not-found` if the
   * cache was closed.
   */
  configure: (mount: Mount, change: Partial<CacheSettings>) => Maybe<void>
  /**
   * Gives the cache another name, by which it is found from now on. Throws LarderError
   * `cache-not-found`, `name-taken`.
   */
  rename: (mount: Mount, name: string) => void
  /** Drops the cache with its entries. Returns false if there is none. */
  close: (id: string) => boolean
  find: (space: string, name: string) => Mount | undefined
  /** @param space those of one space; omitted = all */
  list: (space?: string) => Mount[]
  /** Tells it of every cache, now and from now on. */
  attach: (follower: CacheFollower) => void
  /** The leases of a cache, and the cache as their holders write to it. */
  leasesOf: (mount: Mount) => { book: LeaseBook, cache: ServedCache }
}

/** Does something by itself for caches, as their settings say. */
interface CacheFollower {
  /** Called when a cache was opened or configured. */
  follow: (mount: Mount) => void
  leave: (id: string) => void
}

interface Held extends Mount {
  readonly cache: Cache
  stack: Stack
  served: ServedCache
  /** Made when somebody first asks for a lease. */
  leases: LeaseBook | null
}

interface ServedCachesParts extends Pick<LayerContext, 'clock' | 'stopwatch'> {
  timer: Timer
  engine: Engine
  layers: readonly Layer[]
  offTimes: OffTimes
  schedule: CacheFollower
  /** Receives what a layer threw when it was closed. */
  failed: (error: unknown) => void
}

export function createServedCaches({
  engine,
  layers,
  clock,
  stopwatch,
  timer,
  offTimes,
  schedule,
  failed,
}: ServedCachesParts): ServedCaches {
  const byId = new Map<string, Held>()
  const followers: CacheFollower[] = [schedule]
  /** Space → name → cache: every call looks one up. */
  const bySpace = new Map<string, Map<string, Held>>()

  function stackOf(cache: Cache): Stack {
    return createStack(cache, layers, {
      clock,
      stopwatch,
      checkOn() {
        if (!engine.enabled)
          throw cachingOff()
        if (!cache.definition.enabled)
          throw cacheOff(cache.definition.name)
      },
      current() {
        const held = byId.get(cache.definition.id)
        if (!held)
          throw new LarderError('cache-not-found', 'The cache was deleted.')
        return held.stack.served
      },
    })
  }

  function namesOf(space: string): Map<string, Held> {
    const known = bySpace.get(space)
    if (known)
      return known
    const made = new Map<string, Held>()
    bySpace.set(space, made)
    return made
  }

  /** Closes the previous layers; nobody waits for them. */
  async function close(stack: Stack): Promise<void> {
    try {
      await stack.dispose()
    }
    catch (error) {
      failed(error)
    }
  }

  /** Composes the layers of a cache whose definition has changed. */
  function stackAnew(held: Held): void {
    const before = held.stack
    held.stack = stackOf(held.cache)
    serve(held)
    void close(before)
  }

  /** A cache without leases, or with all entries there, pays nothing for them. */
  function serve(held: Held): void {
    const { cache, leases, stack } = held
    const served = leases !== null && leases.size > 0 ? withLeases(stack.served, leases) : stack.served
    held.served = cache.restoring === null ? served : whileRestoring(served, cache, timer)
  }

  /**
   * While a switch is off no holder can store or give back anything, so nobody has a key any more
   * when it is on again. Who waits is turned away.
   */
  function endLeases({ leases }: Held): void {
    leases?.endWhere(() => true)
  }

  return {
    offTimes,
    get enabled() {
      return engine.enabled
    },
    set enabled(value) {
      engine.enabled = value
      offTimes.switched(value)
      if (!value)
        byId.forEach(endLeases)
    },
    get budget() {
      return engine.budget
    },
    set budget(bytes) {
      engine.budget = bytes
    },
    forecast: engine.forecast,
    subscribe: engine.subscribe,
    open(definition) {
      const cache = engine.open(definition)
      const stack = stackOf(cache)
      const held: Held = { cache, stack, served: stack.served, leases: null }
      byId.set(definition.id, held)
      serve(held)
      void cache.restoring?.done.then(() => serve(held))
      namesOf(definition.space).set(definition.name, held)
      offTimes.cacheSwitched(definition.id, definition.enabled)
      followers.forEach(follower => follower.follow(held))
      return held
    },
    configure({ cache: { definition: { id } } }, change) {
      const held = byId.get(id)
      if (!held)
        throw new LarderError('cache-not-found', 'The cache was deleted.')
      const { backend: before } = held.cache.definition
      const done = held.cache.configure(change)
      offTimes.cacheSwitched(id, held.cache.definition.enabled)
      stackAnew(held)
      if (!held.cache.definition.enabled)
        endLeases(held)
      followers.forEach(follower => follower.follow(held))
      // What is held are copies of what is elsewhere, or entries that only this place has.
      const cleared = isSamePlace(before, held.cache.definition.backend) ? undefined : held.cache.flush()
      return cleared instanceof Promise ? Promise.all([done, cleared]).then(() => {}) : done
    },
    rename({ cache: { definition: { id, space, name: before } } }, name) {
      engine.rename(id, name)
      const names = namesOf(space)
      const held = byId.get(id)
      if (!held)
        return
      names.delete(before)
      names.set(name, held)
      // No layer goes by the name, so what they have under way goes on.
      serve(held)
    },
    close(id) {
      const held = byId.get(id)
      if (held) {
        const { space, name } = held.cache.definition
        byId.delete(id)
        offTimes.cacheSwitched(id, true)
        followers.forEach(follower => follower.leave(id))
        bySpace.get(space)?.delete(name)
        void close(held.stack)
        void held.leases?.dispose()
      }
      return engine.close(id)
    },
    attach(follower) {
      followers.push(follower)
      byId.forEach(held => follower.follow(held))
    },
    leasesOf({ cache: { definition: { id } } }) {
      const held = byId.get(id)
      if (!held)
        throw new LarderError('cache-not-found', 'The cache was deleted.')
      held.leases ??= createLeaseBook({ timer, stopwatch, changed: () => serve(held) })
      return { book: held.leases, cache: held.stack.served }
    },
    find: (space, name) => bySpace.get(space)?.get(name),
    list: space => [...(space === undefined ? byId : bySpace.get(space))?.values() ?? []],
  }
}
