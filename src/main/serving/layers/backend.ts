import type { BackendSettings } from '@shared/backend-settings'
import type { Timer } from '../../base/timer'
import type { Backend } from '../backends/backend'
import type { KeptEntry } from '../backends/kept-entry'
import type { OpenTracking } from '../backends/tracking'
import type { Breaker } from '../elsewhere/breaker'
import type { CallMeter } from '../elsewhere/meter'
import type { Layer, LayerContext, ServedCache } from '../ports'
import { LarderError } from '@shared/errors'
import { createAsking } from '../backends/asking'
import { createChanging } from '../backends/changing'
import { createClearing } from '../backends/clearing'
import { createCopies } from '../backends/copies'
import { createBackendEntries } from '../backends/entries'
import { createFormat } from '../backends/formats'
import { createTier } from '../backends/tier'
import { createBatch } from '../elsewhere/batch'
import { isOn } from '../elsewhere/is-on'
import { createRememberedKeys } from '../elsewhere/remembered-keys'
import { createTurns } from '../elsewhere/turns'
import { createUpstream } from '../elsewhere/upstream'

interface BackendParts {
  backends: {
    /** The driver for a cache with these settings; undefined if there is no such connection. */
    find: (settings: BackendSettings) => Backend | undefined
    /** Listens to changes of the keys with a prefix. */
    track: (connection: string, prefix: string, ...rest: Parameters<OpenTracking>) => ReturnType<OpenTracking>
    /** One for all caches that use the connection. */
    breakerOf: (connection: string) => Breaker
    meterOf: (connection: string) => CallMeter
  }
  timer: Timer
}

/** Keys whose copies may be used without asking; what they take is no part of the budget. */
const mostNear = 100_000

/**
 * A cache keeps its entries elsewhere; what is here are copies. It stands directly around the
 * engine, which counts the reads of the copies.
 */
export function createBackendLayer({ backends, timer }: BackendParts): Layer {
  function wrap(next: ServedCache, context: LayerContext, settings: BackendSettings): ReturnType<Layer['wrap']> {
    const { clock, stopwatch, checkOn, recordHit } = context
    const near = (settings.near.ttl ?? 0) * 1000
    const turns = createTurns<KeptEntry | undefined>(() => {})
    const find = (): Backend | undefined => backends.find(settings)
    const upstream = createUpstream({
      role: 'backend',
      name: settings.connection,
      find,
      breaker: backends.breakerOf(settings.connection),
      meter: backends.meterOf(settings.connection),
      stopwatch,
      timer,
      deadline: settings.timeout,
    })
    const format = createFormat(settings, clock)
    const entries = createBackendEntries({ upstream, find, format, prefix: settings.prefix })
    const tier = settings.near.ttl !== null
      ? null
      : createTier({
          next,
          turns,
          open: (...rest) => backends.track(settings.connection, settings.prefix, ...rest),
          prefix: settings.prefix,
          most: mostNear,
          isOn: () => isOn(checkOn),
          stopwatch,
          timer,
        })
    const known = tier?.near ?? createRememberedKeys(clock, near, mostNear)
    const copies = createCopies(next, known, tier, recordHit)
    const one = {
      ...next,
      ...createAsking({
        next,
        entries,
        copies,
        turns,
        stopwatch,
        shares: near > 0 || tier !== null,
        checkOn,
        start: tier?.start ?? (() => {}),
      }),
      ...createChanging({ entries, copies, turns, format, ttl: next.definition.ttl }),
    }
    return {
      ...one,
      ...tier && { tier: tier.state },
      ...createClearing({ next, entries, copies, turns, format, wall: clock.wall, checkOn }),
      batch: createBatch(one, upstream.title),
      chosen() {
        throw new LarderError('not-here', `An export needs a cache that lives here; this has the ${upstream.title}.`)
      },
      // What is on its way goes to those who wait for it; other layers may hold the cache by then.
      dispose() {
        tier?.dispose()
        turns.wrote()
      },
    }
  }

  return {
    applies: ({ backend }) => backend !== null,
    wrap(next, context) {
      const { backend } = context.definition
      if (backend === null)
        throw new Error('A layer was put around a cache to which it does not apply')
      return wrap(next, context, backend)
    },
  }
}
