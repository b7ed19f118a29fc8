import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { ManagedCache } from './cache'
import { messageOf } from '@shared/errors'

/** Entries to look at between two looks at the stopwatch. */
const stride = 128
const pauses = { idle: 1000, busy: 10 }

interface Sweeper extends Disposable {
  /**
   * Runs one slice of at most `milliseconds`, continuing where the last one stopped. Returns the
   * number of entries dropped.
   */
  sweep: (milliseconds?: number) => number
}

/**
 * Drops expired entries without a timer per entry: runs a slice every second, or every 10 ms as
 * long as slices run out of time before the work is done. A slice ends when its time is up or when
 * it has been through all caches.
 */
export function createSweeper(stopwatch: Stopwatch, logger: Logger, caches: () => readonly ManagedCache[]): Sweeper {
  let cursor = 0
  let busy = false
  let timer = setTimeout(tick, pauses.idle).unref()

  function sweep(milliseconds = 2): number {
    const all = caches()
    const end = stopwatch.now() + milliseconds
    let dropped = 0
    let rounds = 0
    while (rounds < all.length) {
      cursor = cursor < all.length ? cursor : 0
      const result = all[cursor]?.sweep(stride)
      dropped += result?.dropped ?? 0
      if (result?.roundOver !== false) {
        cursor++
        rounds++
      }
      if (stopwatch.now() >= end)
        break
    }
    busy = rounds < all.length
    return dropped
  }

  function tick(): void {
    try {
      sweep()
    }
    catch (error) {
      // Nobody awaits the timer: a failing journal must not take the process down, and the next
      // slice tries again.
      logger.error('The expiry sweep failed', { reason: messageOf(error) })
    }
    timer = setTimeout(tick, busy ? pauses.busy : pauses.idle).unref()
  }

  return {
    sweep,
    dispose: () => clearTimeout(timer),
  }
}
