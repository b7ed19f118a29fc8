/**
 * Log-linear buckets: 32 for each doubling, so a bucket is at most 1/32 wide and its middle is off
 * by at most 1.6 %. The unit is 1/16 µs, the range 0 to 67 s; longer durations fall into the last
 * bucket. Counts are Float64 because 32 bits would overflow within a day under load.
 */
const unitsPerMicrosecond = 16
const perDoubling = 32
const linear = 2 * perDoubling
const doublings = 24
/** Length of the counts of a histogram. */
export const histogramBuckets = linear + doublings * perDoubling

export interface Histogram {
  /** Counts one duration in microseconds; ignores anything but a number of 0 or more. */
  record: (microseconds: number) => void
  percentiles: () => { count: number, p50: number, p90: number, p99: number, max: number }
  /** How many durations have been counted. */
  readonly count: number
  /**
   * Adds to `into` what has been counted since the counts were as in `before`, and makes `before`
   * the present counts. Both have `histogramBuckets` numbers.
   */
  take: (before: Float64Array, into: Float64Array) => void
}

export function createHistogram(): Histogram {
  const counts = new Float64Array(histogramBuckets)
  let count = 0
  let max = 0

  const quantile = (part: number): number => Math.min(max, quantileOf(counts, count, part))

  return {
    record(microseconds) {
      if (!(microseconds >= 0))
        return
      const bucket = bucketOf(microseconds)
      counts[bucket] = (counts[bucket] ?? 0) + 1
      count++
      max = Math.max(max, microseconds)
    },
    percentiles: () => count === 0
      ? { count, p50: 0, p90: 0, p99: 0, max }
      : { count, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max },
    get count() {
      return count
    },
    take(before, into) {
      for (let bucket = 0; bucket < histogramBuckets; bucket++) {
        const now = counts[bucket] ?? 0
        into[bucket] = (into[bucket] ?? 0) + now - (before[bucket] ?? 0)
        before[bucket] = now
      }
    },
  }
}

/**
 * Microseconds that a part (0 to 1) of the durations do not exceed, to within 1.6 %. `count` is the
 * sum of the counts, at least 1.
 */
export function quantileOf(counts: Float64Array, count: number, part: number): number {
  let left = Math.ceil(part * count)
  for (let bucket = 0; bucket < histogramBuckets; bucket++) {
    left -= counts[bucket] ?? 0
    if (left <= 0)
      return middleOf(bucket)
  }
  return middleOf(histogramBuckets - 1)
}

function bucketOf(microseconds: number): number {
  const units = Math.floor(Math.min(microseconds * unitsPerMicrosecond, 2 ** 30 - 1))
  if (units < linear)
    return units
  const doubling = 31 - Math.clz32(units) - 5
  return doubling * perDoubling + (units >>> doubling)
}

/** Microseconds in the middle of a bucket. */
function middleOf(bucket: number): number {
  if (bucket < linear)
    return (bucket + 0.5) / unitsPerMicrosecond
  const doubling = Math.floor(bucket / perDoubling) - 1
  const start = (bucket - doubling * perDoubling) * 2 ** doubling
  return (start + 2 ** doubling / 2) / unitsPerMicrosecond
}
