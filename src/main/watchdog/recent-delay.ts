import type { RecentDelay } from '@shared/server-watch'
import type { Disposable } from '../base/disposable'
import type { Timer } from '../base/timer'
import type { EventLoopMonitor } from './event-loop-delay'

/** Milliseconds after which one of the two measurements starts anew. */
const half = 30_000

/**
 * How late the event loop was in the last 30 to 60 seconds. Two measurements that start anew in
 * turn: the older one is read, which neither resets it nor depends on who else reads.
 */
export function createRecentDelay(
  timer: Timer,
  createMonitor: () => EventLoopMonitor,
): { look: () => RecentDelay } & Disposable {
  let [older, newer] = [createMonitor(), createMonitor()]

  function turn(): Disposable {
    return timer.after(half, () => {
      older.take()
      ;[older, newer] = [newer, older]
      waiting = turn()
    })
  }

  let waiting = turn()
  return {
    look() {
      const { p99, max } = older.look()
      return { p99, max }
    },
    async dispose() {
      await waiting.dispose()
      await Promise.all([older.dispose(), newer.dispose()])
    },
  }
}
