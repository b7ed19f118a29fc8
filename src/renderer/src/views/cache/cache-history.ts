import type { History } from '@shared/history'
import type { MissReason } from '@shared/miss-reasons'
import type { HistoryEvent, Sample } from '../../live/live-window'
import { missReasonsWhileOn } from '@shared/miss-reasons'
import { createLiveWindow, windowSeconds } from '../../live/live-window'

/** How many reads missed, by reason. */
export type MissesByReason = Partial<Record<MissReason, number>>

/** The last 15 minutes of one cache. */
interface CacheHistory {
  add: (history: History) => void
  newest: () => number
  samples: (span: number, step: number) => Sample[]
  events: () => readonly HistoryEvent[]
  /** Misses of the last `span` seconds; a reason that did not occur is left out. */
  misses: (span: number) => MissesByReason
  clear: () => void
}

export function createCacheHistory(): CacheHistory {
  const window = createLiveWindow()
  let missed: { at: number, reason: MissReason, count: number }[] = []

  return {
    newest: window.newest,
    samples: window.samples,
    events: window.events,
    add(history) {
      window.add(history)
      if (history.rows === 0)
        return
      // If the server's clock was set back, it tells seconds again that are known.
      missed = missed.filter(({ at }) => at < history.first && at > window.newest() - windowSeconds)
      for (const reason of missReasonsWhileOn) {
        for (const [row, count] of (history.misses[reason] ?? []).entries()) {
          if (count !== null && count > 0)
            missed.push({ at: history.first + row, reason, count })
        }
      }
    },
    misses(span) {
      const counts: MissesByReason = {}
      for (const { at, reason, count } of missed) {
        if (at > window.newest() - span)
          counts[reason] = (counts[reason] ?? 0) + count
      }
      return counts
    },
    clear() {
      window.clear()
      missed = []
    },
  }
}
