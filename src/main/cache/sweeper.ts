import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { ManagedCache } from './cache'
import { messageOf } from '@shared/errors'

/** Entries looked at between two looks at the stopwatch. */
const stride = 128
const pauses = { idle: 1000, busy: 10 }

interface Sweeper extends Disposable {
  /**
   * One slice of at most `milliseconds`, from where the last one stopped; the number of entries
   * that went.
   */
  sweep: (milliseconds?: number) => number
}

/**
 * Drops what has expired without a timer per entry: a slice every second, or every 10 ms while one
 * ends before its work does. A slice ends when its time is up, or when it has been through all
 * caches.
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
      // Nobody awaits the timer: a journal that fails must not take the process with it, and the
      // next slice tries again.
      logger.error('The expiry sweep failed', { reason: messageOf(error) })
    }
    timer = setTimeout(tick, busy ? pauses.busy : pauses.idle).unref()
  }

  return {
    sweep,
    dispose: () => clearTimeout(timer),
  }
}
