import type { Disposable } from '../base/disposable'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop was, in seconds. */
export interface EventLoopDelay { p50: number, p99: number, max: number }

/** Milliseconds between two looks. Cheap: a timer of libuv, no JavaScript. */
const resolution = 10

/**
 * Watches how long the event loop is kept from its timers: by a long function, a collection of
 * garbage, a write to the disk.
 */
interface EventLoopMonitor extends Disposable {
  /**
   * Of the time since the last call, so that a scrape every few seconds sees a pause where it was.
   */
  take: () => EventLoopDelay
}

export function createEventLoopMonitor(): EventLoopMonitor {
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  // Node records the whole time from look to look; what is beyond the resolution is delay.
  const delay = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution) / 1000

  return {
    take() {
      const taken = {
        p50: delay(histogram.percentile(50)),
        p99: delay(histogram.percentile(99)),
        max: delay(histogram.max),
      }
      histogram.reset()
      return taken
    },
    dispose: () => void histogram.disable(),
  }
}
