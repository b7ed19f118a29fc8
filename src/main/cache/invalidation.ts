import type { Clock } from '../base/clock'
import type { InvalidationOptions, Selector } from './ports'
import type { Store } from './store'
import type { EntryTable } from './table'
import type { Work } from './work'
import { createProgress } from '../base/progress'
import { isOverdue, softenLifetime, timeOf } from './lifetime'
import { isFresh } from './operations'
import { chosenBy } from './selector'

interface InvalidationParts {
  store: Store
  clock: Clock
  table: EntryTable
  /** The newest version of any entry. */
  newestVersion: () => number
}

/**
 * Drops the entries that the selector chooses, or marks them stale, one by one; returns how many
 * there were. Entries may come, change and go while it runs: an entry that was there at the call
 * keeps its handle and its version until it is reached, and an entry written later has a later
 * version and stays. Throws LarderError `invalid-input` for a malformed glob, before the first
 * step.
 */
export function invalidation(
  parts: InvalidationParts,
  selector: Selector,
  { soft = false, dryRun = false, asOf = Infinity, progress = createProgress() }: InvalidationOptions = {},
): Work<number> {
  const { store, clock, table } = parts
  const expired = 'expired' in selector
  const all = 'all' in selector
  const why = expired ? 'expired' : all ? 'cleared' : 'invalidated'
  const { handles, accepts, count } = chosenBy(store, expired || all ? undefined : selector)
  const newest = parts.newestVersion()
  // A filter may be about time: it chooses by the moment of the call, however long the work takes.
  const calledAt = clock.wall()
  const calledAtMonotonic = clock.monotonic()
  return work()

  function* work(): Work<number> {
    let matched = 0
    progress.total += count
    for (const handle of handles) {
      if (progress.cancelled)
        break
      progress.seen++
      if (visit(handle)) {
        progress.matched++
        matched++
      }
      yield
    }
    if (soft && !dryRun)
      table.settle()
    return matched
  }

  function visit(handle: number): boolean {
    const entry = store.at(handle)
    if (entry === undefined || entry.version > newest || entry.storedAt > asOf)
      return false
    if (!accepts(entry, timeOf(entry, calledAt, calledAtMonotonic)))
      return false
    const wall = clock.wall()
    const monotonic = clock.monotonic()
    if (expired ? isFresh(entry, wall, monotonic) : isOverdue(entry, wall, monotonic))
      return false
    if (dryRun)
      return true
    if (!soft)
      table.remove(entry, why)
    else if (isFresh(entry, wall, monotonic))
      table.retime(entry, softenLifetime(entry, wall, monotonic))
    return true
  }
}
