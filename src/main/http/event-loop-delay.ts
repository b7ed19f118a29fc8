import type { Disposable } from '../base/disposable'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop was, in seconds. */
export interface EventLoopDelay { p50: number, p99: number, max: number }

/** Milliseconds between two samples. Cheap: a timer of libuv, no JavaScript. */
const resolution = 10

/**
 * Measures how long something keeps the event loop from its timers: a long function, a garbage
 * collection, a write to the disk.
 */
interface EventLoopMonitor extends Disposable {
  /**
   * Covers the time since the last call, so that a scrape every few seconds shows a pause when it
   * happened.
   */
  take: () => EventLoopDelay
}

export function createEventLoopMonitor(): EventLoopMonitor {
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  // Node records the whole interval between samples; only the part beyond the resolution is delay.
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
