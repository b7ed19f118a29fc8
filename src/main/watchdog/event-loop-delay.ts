import type { Disposable } from '../base/disposable'
import type { EventLoopDelay } from '../base/event-loop-delay'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two samples. Cheap: a timer of libuv, no JavaScript. */
const resolution = 10

/**
 * Measures how long something keeps the event loop from its timers: a long function, a garbage
 * collection, a write to the disk.
 */
export interface EventLoopMonitor extends Disposable {
  /** Since the last `take`. */
  look: () => EventLoopDelay
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

  const look = (): EventLoopDelay => ({
    p50: delay(histogram.percentile(50)),
    p99: delay(histogram.percentile(99)),
    max: delay(histogram.max),
  })

  return {
    look,
    take() {
      const taken = look()
      histogram.reset()
      return taken
    },
    dispose: () => void histogram.disable(),
  }
}
