import type { SourceSettings } from '@shared/source-settings'
import type { Timer } from '../../base/timer'
import type { Breaker } from '../elsewhere/breaker'
import type { CallMeter } from '../elsewhere/meter'
import type { Layer, LayerContext, ServedCache } from '../ports'
import type { Brought } from '../sources/keeping'
import type { Source } from '../sources/source'
import { LarderError } from '@shared/errors'
import { createBatch } from '../elsewhere/batch'
import { createRememberedKeys } from '../elsewhere/remembered-keys'
import { createTurns } from '../elsewhere/turns'
import { createUpstream } from '../elsewhere/upstream'
import { createKeeping } from '../sources/keeping'
import { createLocalWrites } from '../sources/local-writes'
import { createReading } from '../sources/reading'
import { createRefreshing } from '../sources/refreshing'
import { createWriteThrough } from '../sources/writing'

/** The sources that there are, by the names of their connections. */
interface Sources {
  /** The driver for a cache with these settings; undefined if there is no such connection. */
  find: (settings: SourceSettings) => Source | undefined
  /** One for all caches that use the connection. */
  breakerOf: (connection: string) => Breaker
  meterOf: (connection: string) => CallMeter
}

interface ReadThroughParts {
  sources: Sources
  timer: Timer
  /** From 0 up to, but not including, 1. */
  random: () => number
}

/** Keys of which it is remembered that the source lacks them. */
const mostAbsences = 10_000

const changedMeanwhile = 'The settings of the cache were changed, so this refresh has ended. '
  + 'What it loaded until then stays.'

/** A cache fills itself from its source on a miss, and may write to the source first. */
export function createReadThrough({ sources, timer, random }: ReadThroughParts): Layer {
  function wrap(next: ServedCache, context: LayerContext, settings: SourceSettings): ReturnType<Layer['wrap']> {
    const { clock, stopwatch, checkOn } = context
    let isOpen = true
    /** The layer in place of this one may lead elsewhere, and orders writes by itself. */
    function checkOpen(): void {
      checkOn()
      if (!isOpen)
        throw new LarderError('source-failed', changedMeanwhile)
    }
    const absences = createRememberedKeys(clock, settings.negativeTtl * 1000, mostAbsences)
    const turns = createTurns<Brought>(key => key === undefined ? absences.clear() : absences.forget(key))
    const find = (): Source | undefined => sources.find(settings)
    const upstream = createUpstream({
      role: 'source',
      name: settings.connection,
      find,
      breaker: sources.breakerOf(settings.connection),
      meter: sources.meterOf(settings.connection),
      stopwatch,
      timer,
      deadline: settings.hardTimeout,
    })
    const keeping = createKeeping({ next, upstream, absences, settings, random, checkOn })
    const patience = settings.softTimeout * 1000
    const reading = createReading({ next, upstream, absences, keeping, turns, timer, stopwatch, patience, checkOn })
    const writing = settings.mode === 'write-through'
      ? createWriteThrough({ next, upstream, find, turns, keeping, settings })
      : createLocalWrites(next, turns, reading.ensure)
    const { get } = reading
    const one = { ...next, get, ...writing }
    return {
      ...one,
      batch: createBatch(one, upstream.title),
      refresh: createRefreshing({ next, upstream, keeping, turns, settings, timer, checkOn: checkOpen }),
      async flush(call) {
        turns.wrote()
        const flushed = await next.flush(call)
        turns.wrote()
        return flushed
      },
      async invalidate(selector, options, call) {
        turns.wrote()
        const matched = await next.invalidate(selector, options, call)
        turns.wrote()
        return matched
      },
      // What is on its way goes to those who wait for it; other layers may hold the cache by then.
      dispose() {
        isOpen = false
        turns.wrote()
      },
    }
  }

  return {
    applies: ({ source }) => source !== null,
    wrap(next, context) {
      const { source } = context.definition
      if (source === null)
        throw new Error('A layer was put around a cache to which it does not apply')
      return wrap(next, context, source)
    },
  }
}
