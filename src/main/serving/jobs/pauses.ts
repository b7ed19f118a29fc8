import type { Stopwatch } from '../../base/clock'
import { setImmediate as turn } from 'node:timers/promises'

/** Milliseconds of work between two turns of the event loop. */
const slice = 2

/** Long work in slices, between which others are served. */
export interface Pauses {
  /** Whether it is time for others. */
  readonly due: boolean
  take: () => Promise<void>
}

export function createPauses(stopwatch: Stopwatch): Pauses {
  let end = stopwatch.now() + slice
  return {
    get due() {
      return stopwatch.now() >= end
    },
    async take() {
      await turn()
      end = stopwatch.now() + slice
    },
  }
}
