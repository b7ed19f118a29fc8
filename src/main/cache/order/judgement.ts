import type { EntryTest } from '@shared/entry-language'
import type { Clock } from '../../base/clock'
import type { StoredEntry } from '../store'
import type { Index, Walk } from './order'
import type { WatchedStore } from './watched-store'
import { timeOf } from '../lifetime'
import { createDeadlines, groupSize, nothing } from '../offheap/deadlines'
import { heldEntry } from './watched-store'

/** Which entries match a filter that time is part of. */
interface Judgement extends Index {
  /** Whether the entry matched when it was last judged; `settle` says for which moment that is. */
  holds: (handle: number) => boolean
  /**
   * Judges anew all entries for which the time since they were judged may make a difference.
   * Returns false if it was over before all of them were; to be called once the index is complete.
   */
  settle: (wall: number, monotonic: number, isOver: () => boolean) => boolean
}

interface JudgementParts {
  store: WatchedStore
  clock: Clock
  /** Provides the entries while this is built. */
  walk: Walk
  test: Pick<EntryTest, 'passes'> & { nextTurn: NonNullable<EntryTest['nextTurn']> }
  /** Reports an entry to this index and to those built from it, as one that changes. */
  again: (handle: number) => void
}

/**
 * Milliseconds around a turn within which an entry is judged at each moment: the clocks have
 * fractions, and `<` turns later than `<=`.
 */
const slack = 1
/** Groups to look at between two looks at the stopwatch. */
const looks = 8

/**
 * An index that does not sort, but keeps one bit per entry. Between two pages nothing happens;
 * before each page those entries are judged anew for which a turn has come since. Deadlines tell
 * which these are, as they do for entries that are over. It takes about 3 bytes per entry.
 */
export function createJudgement({ store, clock, walk, test, again }: JudgementParts): Judgement {
  const { passes, nextTurn } = test
  const deadlines = createDeadlines()
  let holding = new Uint8Array(0)
  let complete = false
  /** The latest wall time for which any entry has been judged. */
  let latest = -Infinity
  /** The first handle that has to be judged since the wall clock was set back. */
  let unjudged = Infinity

  function judge(entry: StoredEntry, handle: number): void {
    if (handle >= holding.length)
      grow(handle + 1)
    const wall = clock.wall()
    const monotonic = clock.monotonic()
    const now = timeOf(entry, wall, monotonic)
    latest = Math.max(latest, wall)
    holding[handle] = passes(entry, now) ? 1 : 0
    const turn = nextTurn(entry, now - slack)
    if (turn === Infinity)
      return
    const skew = wall - monotonic
    // Later than now, so that nothing is judged twice for the same moment.
    deadlines.set(handle, Math.max(monotonic + slack, turn - slack - Math.max(skew, entry.skew)), skew)
  }

  function grow(handles: number): void {
    const larger = new Uint8Array(Math.max(handles, 2 * holding.length))
    larger.set(holding)
    holding = larger
    deadlines.reserve(larger.length)
  }

  function judgeMember(entry: StoredEntry, handle: number): void {
    if (complete || walk.hasPassed(entry, handle))
      judge(entry, handle)
  }

  function judgeGroup(first: number): void {
    for (let handle = first; handle < first + groupSize; handle++) {
      if (store.at(handle) !== undefined)
        again(handle)
    }
  }

  return {
    get bytes() {
      return holding.byteLength + deadlines.bytes()
    },
    get progress() {
      return complete ? 1 : walk.progress
    },
    build() {
      const handles = walk.next()
      complete = handles === undefined
      for (const handle of handles ?? [])
        judge(heldEntry(store, handle), handle)
    },
    inserted: judgeMember,
    removing() {},
    changing() {},
    changed: judgeMember,
    cleared() {},
    holds: handle => holding[handle] === 1,
    settle(wall, monotonic, isOver) {
      // The wall clock was set back, so that entries may be younger than they were.
      if (wall < latest)
        unjudged = 0
      latest = wall
      while (unjudged < store.handles) {
        judgeGroup(unjudged)
        unjudged += groupSize
        if (isOver())
          return false
      }
      unjudged = Infinity
      deadlines.advance(wall, monotonic)
      for (let slot = deadlines.next(looks); slot !== nothing; slot = deadlines.next(looks)) {
        if (slot >= 0)
          judgeGroup(slot)
        if (isOver())
          return false
      }
      return true
    },
  }
}
