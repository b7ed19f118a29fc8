import type { Clock, Stopwatch } from '../base/clock'
import type { OperationParts } from './operations'
import type { PersistedEntry } from './ports'
import type { Store } from './store'
import { restoreLifetime, timeOf } from './lifetime'

interface LoadParts extends Pick<OperationParts, 'fits'> {
  store: Store
  clock: Clock
  stopwatch: Stopwatch
  /** Whether an entry has to go. */
  isOver: () => boolean
}

interface Loaded {
  /** Keys that did not stay. */
  dropped: string[]
  /** The newest version; 0 if there is none. */
  newest: number
  /** When an entry was stored last, in milliseconds of the wall clock. */
  last: number
}

/** Fills a store with the entries of a journal, as many as fit. */
export function loadEntries(
  { store, clock, stopwatch, fits, isOver }: LoadParts,
  entries: Iterable<PersistedEntry>,
): Loaded {
  const wall = clock.wall()
  const monotonic = clock.monotonic()
  const dropped: string[] = []
  let newest = 0
  let last = -Infinity
  for (const { key, value, contentType, tags, kind, flags, version, ...times } of entries) {
    newest = Math.max(newest, version)
    const lifetime = restoreLifetime(times, wall, monotonic)
    const fields = { value, contentType, tags, kind, flags, version, lifetime }
    if (timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil || !fits(key, fields)) {
      dropped.push(key)
      continue
    }
    last = Math.max(last, lifetime.storedAt)
    const earlier = store.find(key)
    if (earlier)
      store.replace(earlier, fields, stopwatch.now())
    else
      store.insert(key, fields, stopwatch.now())
    while (isOver()) {
      const victim = store.victim()
      if (!victim)
        break
      dropped.push(victim.key)
      store.remove(victim)
    }
  }
  return { dropped, newest, last }
}
