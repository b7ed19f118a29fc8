import type { HistorySpan } from '@shared/history'
import type { Clock, Stopwatch } from '../../base/clock'
import { historySpans } from '@shared/history'
import { mapRows } from '@shared/rows'

/**
 * Seconds by which a sample may be late, so that what it counted is spread over all of them. After
 * a longer pause nobody knows when it happened.
 */
const longestSpread = 5
/** Seconds by which clock and stopwatch may differ while the machine was awake. */
const tolerance = 1.5

/** Rows that a circle of slots needs: the minute that is under way has one as well. */
export const circleRows = mapRows(historySpans, ({ rows }) => rows + 1)

/**
 * The time axis that all series share: which seconds have been measured. Slots are seconds, or
 * minutes, since 1970.
 */
export interface Timeline {
  /** The slot of the newest row that is over. */
  newest: (span: HistorySpan) => number
  /** The slot of the oldest row that is kept. */
  oldest: (span: HistorySpan) => number
  measured: (span: HistorySpan, slot: number) => boolean
  /**
   * Goes on to now. Returns the seconds that the time since the last call belongs to, or null if it
   * belongs to the next call. A machine that slept and a clock that was set forwards leave a gap; a
   * clock that was set back forgets the seconds that would lie in the future.
   */
  advance: () => { first: number, last: number } | null
}

export function createTimeline({ clock, stopwatch }: { clock: Clock, stopwatch: Stopwatch }): Timeline {
  const covered = {
    seconds: new Uint8Array(circleRows.seconds),
    minutes: new Uint8Array(circleRows.minutes),
  }
  let newest = Math.floor(clock.wall() / 1000) - 1
  let start = newest + 1
  let last = stopwatch.now()

  const newestOf = (span: HistorySpan): number => Math.floor((newest + 1) / historySpans[span].step) - 1

  function mark(span: HistorySpan, from: number, to: number, value: 0 | 1): void {
    const rows = circleRows[span]
    for (let slot = Math.max(from, to - rows + 1); slot <= to; slot++)
      covered[span][slot % rows] = value
  }

  function uncover(from: number, to: number): void {
    mark('seconds', from, to, 0)
    // The minute of `from` may have begun before it.
    mark('minutes', Math.floor((from - 1) / 60) + 1, Math.floor(to / 60), 0)
  }

  return {
    newest: newestOf,
    oldest: span =>
      Math.max(newestOf(span) - historySpans[span].rows + 1, Math.floor(start / historySpans[span].step)),
    measured: (span, slot) => covered[span][slot % circleRows[span]] === 1,
    advance() {
      const now = Math.round(clock.wall() / 1000) - 1
      const elapsed = (stopwatch.now() - last) / 1000
      if (now <= newest && elapsed < 0.5)
        return null
      if (now <= newest) {
        uncover(now, newest)
        newest = now - 1
        start = Math.min(start, now)
      }
      const missed = now - newest
      const awake = missed <= longestSpread && Math.abs(missed - elapsed) <= tolerance
      const first = awake ? newest + 1 : now
      uncover(newest + 1, now)
      mark('seconds', first, now, 1)
      mark('minutes', Math.floor(first / 60), Math.floor(now / 60), 1)
      newest = now
      last = stopwatch.now()
      return { first, last: now }
    },
  }
}
