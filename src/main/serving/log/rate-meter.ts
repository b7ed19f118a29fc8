import type { Stopwatch } from '../../base/clock'

interface RateMeter {
  /** At so many milliseconds of the stopwatch. */
  count: (at: number) => void
  /** Mean of the last ten seconds. */
  perSecond: () => number
}

/**
 * Counts in a hundred slices of 100 ms, so that the mean of ten seconds is exact to one slice and
 * needs no timer.
 */
export function createSliceMeter(stopwatch: Stopwatch): RateMeter {
  const sliceLength = 100
  const slices = new Uint32Array(100)
  let newest = Math.floor(stopwatch.now() / sliceLength)

  function advance(at: number): number {
    const now = Math.floor(at / sliceLength)
    // After a long pause all slices are old, once round is enough.
    for (let slice = Math.max(newest + 1, now - slices.length + 1); slice <= now; slice++)
      slices[slice % slices.length] = 0
    newest = Math.max(newest, now)
    return newest % slices.length
  }

  return {
    count(at) {
      const slice = advance(at)
      slices[slice] = (slices[slice] ?? 0) + 1
    },
    perSecond() {
      advance(stopwatch.now())
      return slices.reduce((sum, count) => sum + count, 0) / (slices.length * sliceLength / 1000)
    },
  }
}
