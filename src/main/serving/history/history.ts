import type { History, HistoryEventKind, HistorySpan } from '@shared/history'
import type { LastMinute } from '@shared/statistics'
import type { RealClock, Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { EventHub } from '../../base/event-hub'
import type { Logger } from '../../base/logger'
import type { Cache, Engine } from '../../cache/ports'
import type { CacheSeries, Delta } from './series'
import type { Watched } from './watched'
import { cacheSettingNames } from '@shared/cache-settings'
import { messageOf } from '@shared/errors'
import { historySpans } from '@shared/history'
import { createOccasions } from './occasions'
import { readMinute, readSeries } from './read-series'
import { addDelta, createDelta, createSeries, resetDelta } from './series'
import { createTimeline } from './timeline'
import { takeDelta, watchCache } from './watched'

/** The caches that a history is asked of: one, those of a space, or all. */
export type HistoryScope = { cache: string } | { space: string } | 'all'

/** What has happened in the caches, second by second and minute by minute, since the start. */
export interface HistoryKeeper {
  read: (scope: HistoryScope, span: HistorySpan, after: number) => History
  /** The last minute of the cache with this id. */
  minute: (cache: string) => LastMinute
}

interface SampledHistory extends HistoryKeeper, Disposable {
  /** Notes what has happened since the last sample. Cheap: no request pays for the history. */
  sample: () => void
  /** Takes a sample at the end of each second. */
  start: () => void
}

interface HistoryParts {
  engine: Pick<Engine, 'list' | 'find' | 'bytes'>
  clock: RealClock
  stopwatch: Stopwatch
  hub: EventHub
  logger: Logger
}

interface Sum { delta: Delta, series: CacheSeries | null, bytes: number }

/** Seconds after its last use for which a cache keeps its history: what is older has no rows. */
const longestRest = historySpans.minutes.step * historySpans.minutes.rows

export function createHistory({ engine, clock, stopwatch, hub, logger }: HistoryParts): SampledHistory {
  const timeline = createTimeline({ clock, stopwatch })
  const occasions = createOccasions()
  const watched = new Map<string, Watched>()
  const spaces = new Map<string, Sum>()
  const all: Sum = { delta: createDelta(), series: createSeries(engine.bytes), bytes: engine.bytes }
  const delta = createDelta()
  let timer: NodeJS.Timeout | undefined

  const now = (): number => clock.wall() / 1000
  function note(kind: HistoryEventKind, cache: Cache | null, at = now()): void {
    if (cache === null)
      return occasions.note({ at, kind, cache })
    occasions.note({ at, kind, cache: identityOf(cache) })
  }

  function follow(cache: Cache): Watched {
    const { id } = cache.definition
    const known = watched.get(id) ?? watchCache(cache)
    watched.set(id, known)
    return known
  }

  /** A cache is known before its first change, also one that came with a user or was there. */
  function followAll(): void {
    engine.list().forEach(follow)
  }

  /** Notes what was changed in the settings of a cache. */
  function compare(known: Watched, at = now()): void {
    const { cache, seen: before } = known
    const { definition } = cache
    if (definition === before)
      return
    known.seen = definition
    if (definition.name !== before.name)
      occasions.rename(identityOf(cache))
    if (definition.enabled !== before.enabled)
      note(definition.enabled ? 'on' : 'off', cache, at)
    if (cacheSettingNames.some(name => name !== 'enabled' && definition[name] !== before[name]))
      note('settings', cache, at)
  }

  const heard = hub.subscribe((event) => {
    if (event.topic === 'switch')
      note((event.payload as { enabled: boolean }).enabled ? 'on' : 'off', null)
    else if (event.topic === 'settings')
      note('settings', null)
    else if (event.topic === 'users')
      followAll()
    else if (event.topic.startsWith('cache.') && typeof event.user === 'string')
      engine.list(event.user).forEach(cache => compare(follow(cache)))
  }, { passive: true })

  /** Forgets caches and spaces that are gone. */
  function forget(caches: readonly Cache[]): void {
    const left = new Set(caches.map(({ definition }) => definition.id))
    const leftSpaces = new Set(caches.map(({ definition }) => definition.space))
    for (const id of watched.keys().filter(id => !left.has(id)))
      watched.delete(id)
    for (const space of spaces.keys().filter(space => !leftSpaces.has(space))) {
      spaces.delete(space)
      occasions.forgetSpace(space)
    }
  }

  function sumOf(space: string): Sum {
    const sum = spaces.get(space) ?? { delta: createDelta(), series: null, bytes: 0 }
    spaces.set(space, sum)
    return sum
  }

  function sample(): void {
    const seconds = timeline.advance()
    if (seconds === null)
      return
    const { first, last } = seconds
    occasions.forgetAfter(now())
    const caches = engine.list()
    if (caches.length !== watched.size)
      forget(caches)
    for (const sum of [all, ...spaces.values()])
      resetDelta(sum.delta)
    for (const cache of caches) {
      const known = follow(cache)
      compare(known, last)
      const { flushes } = cache.counters.counts
      if (flushes > known.flushes)
        note('clear', cache, last)
      known.flushes = flushes
      resetDelta(delta)
      if (takeDelta(known, delta)) {
        known.series ??= createSeries(cache.bytes)
        known.used = last
      }
      else if (known.series !== null && last - known.used > longestRest) {
        known.series = null
      }
      known.series?.write(delta, first, last)
      const sum = sumOf(cache.definition.space)
      addDelta(sum.delta, delta)
      addDelta(all.delta, delta)
      if (known.series !== null)
        sum.series ??= createSeries(sum.bytes)
    }
    for (const sum of [all, ...spaces.values()]) {
      sum.bytes = sum.delta.bytes
      sum.series?.write(sum.delta, first, last)
    }
  }

  function tick(): void {
    try {
      sample()
    }
    catch (error) {
      // Nobody awaits the timer, and the next second tries again.
      logger.error('Noting the history failed', { reason: messageOf(error) })
    }
    start()
  }

  function start(): void {
    timer = setTimeout(tick, 1000 - clock.wall() % 1000).unref()
  }

  note('restart', null)

  return {
    sample,
    start() {
      followAll()
      start()
    },
    read(scope, span, after) {
      const rows = read(scope, span, after)
      const concerns = scope === 'all'
        ? () => true
        : 'cache' in scope
          ? (cache: { id: string }) => cache.id === scope.cache
          : (cache: { space: string }) => cache.space === scope.space
      return { ...rows, events: occasions.list(rows.first, rows.first + rows.rows * rows.step, concerns) }
    },
    minute: cache => readMinute(watched.get(cache)?.series ?? null, timeline),
    dispose() {
      clearTimeout(timer)
      void heard.dispose()
    },
  }

  function read(scope: HistoryScope, span: HistorySpan, after: number): Omit<History, 'events'> {
    const known = scope === 'all' ? all : 'cache' in scope ? watched.get(scope.cache) : spaces.get(scope.space)
    const bytes = known === undefined ? 0 : 'bytes' in known ? known.bytes : known.cache.bytes
    return readSeries(known?.series ?? null, timeline, span, after, bytes)
  }
}

function identityOf({ definition: { id, name, space } }: Cache): { id: string, name: string, space: string } {
  return { id, name, space }
}
