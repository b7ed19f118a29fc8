import type { Clock } from '../base/clock'
import type { Progress } from '../base/progress'
import type { Cache, ChosenSelector } from './ports'
import type { Store, StoredEntry } from './store'
import { timeOf } from './lifetime'
import { toPeek } from './operations'
import { chosenBy } from './selector'

/** Number of looks at entries that are not chosen, by one selector each, between two pauses. */
const looksAtOnce = 256

/**
 * The entries of `Cache.chosen`. None comes twice, because an entry that is replaced keeps its
 * handle.
 */
export function chosenEntries(
  store: Store,
  clock: Clock,
  selector: ChosenSelector | null,
  progress: Progress,
): ReturnType<Cache['chosen']> {
  const { handles, accepts, count } = chosenBy(store, selector)
  // A filter may be about time: it chooses by the moment of the call, however long it takes.
  const wall = clock.wall()
  const monotonic = clock.monotonic()
  const isChosen = (entry: StoredEntry): boolean => accepts(entry, timeOf(entry, wall, monotonic))
  const looks = selector !== null && 'any' in selector ? selector.any.length : 1
  const skippedAtOnce = Math.max(1, Math.floor(looksAtOnce / looks))
  progress.total += count
  return walk()

  function* walk(): ReturnType<Cache['chosen']> {
    let skipped = 0
    for (const handle of handles) {
      if (progress.cancelled)
        return
      progress.seen++
      const entry = store.at(handle)
      const now = entry && timeOf(entry, clock.wall(), clock.monotonic())
      if (entry !== undefined && now !== undefined && now < entry.graceUntil && isChosen(entry)) {
        progress.matched++
        yield { key: entry.key, ...toPeek(entry, now) }
      }
      else if (++skipped % skippedAtOnce === 0) {
        yield null
      }
    }
  }
}
