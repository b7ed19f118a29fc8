/**
 * Log-linear buckets: 32 for each doubling, so a bucket is at most 1/32 wide and its middle is off
 * by at most 1.6 %. The unit is 1/16 µs, the range 0 to 67 s; longer durations fall into the last
 * bucket. Counts are Float64 because 32 bits would overflow within a day under load.
 */
const unitsPerMicrosecond = 16
const perDoubling = 32
const linear = 2 * perDoubling
const doublings = 24
const histogramBuckets = linear + doublings * perDoubling

export interface Histogram {
  /** Counts one duration in microseconds; ignores anything but a number of 0 or more. */
  record: (microseconds: number) => void
  percentiles: () => { count: number, p50: number, p90: number, p99: number, max: number }
  /** How many durations have been counted. */
  readonly count: number
  /**
   * Adds to `into` what has been counted since the counts were as in `before`, and makes `before`
   * the present counts.
   */
  take: (before: BucketCounts, into: BucketCounts) => void
}

/** The counts of some durations; only those from `low` to `high` may be other than 0. */
export interface BucketCounts { readonly counts: Float64Array, low: number, high: number }

export function createBuckets(): BucketCounts {
  return { counts: new Float64Array(histogramBuckets), low: histogramBuckets, high: -1 }
}

export function clearBuckets(buckets: BucketCounts): void {
  buckets.counts.fill(0, buckets.low, buckets.high + 1)
  buckets.low = histogramBuckets
  buckets.high = -1
}

export function addBuckets(to: BucketCounts, from: BucketCounts): void {
  for (let bucket = from.low; bucket <= from.high; bucket++)
    to.counts[bucket] = (to.counts[bucket] ?? 0) + (from.counts[bucket] ?? 0)
  to.low = Math.min(to.low, from.low)
  to.high = Math.max(to.high, from.high)
}

export function createHistogram(): Histogram {
  const counts = new Float64Array(histogramBuckets)
  const all = { counts, low: 0, high: histogramBuckets - 1 }
  let count = 0
  let max = 0

  const quantile = (part: number): number => Math.min(max, quantileOf(all, count, part))

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
        const since = now - (before.counts[bucket] ?? 0)
        if (since === 0)
          continue
        before.counts[bucket] = now
        into.counts[bucket] = (into.counts[bucket] ?? 0) + since
        into.low = Math.min(into.low, bucket)
        into.high = Math.max(into.high, bucket)
      }
    },
  }
}

/**
 * Microseconds that a part (0 to 1) of the durations do not exceed, to within 1.6 %. `count` is the
 * sum of the counts, at least 1.
 */
export function quantileOf({ counts, low, high }: BucketCounts, count: number, part: number): number {
  let left = Math.ceil(part * count)
  for (let bucket = low; bucket < high; bucket++) {
    left -= counts[bucket] ?? 0
    if (left <= 0)
      return middleOf(bucket)
  }
  return middleOf(high)
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
