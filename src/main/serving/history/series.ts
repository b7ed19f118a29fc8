import type { BucketCounts } from '../../base/histogram'
import { missReasonsWhileOn } from '@shared/miss-reasons'
import { addBuckets, clearBuckets, createBuckets, quantileOf } from '../../base/histogram'
import { circleRows } from './timeline'

/** Columns of counts, in this order. */
export const countColumns = ['hits', 'stale', 'off', ...missReasonsWhileOn, 'evictions'] as const

/** What happened since the last sample, of one cache or several. */
export interface Delta {
  readonly counts: Float64Array
  readonly durations: BucketCounts
  /** Requests whose latency is known. */
  answered: number
  /** Bytes held now. */
  bytes: number
}

/**
 * Rows in a circle, outside the heap of V8: a slot's row is the slot modulo their number.
 */
export interface Ring {
  readonly counts: readonly Uint32Array[]
  /** Microseconds, 0 without requests. */
  readonly p50: Float32Array
  readonly p99: Float32Array
  readonly bytes: Float64Array
}

/** The history of one cache, or of several together: 147 kB. */
export interface CacheSeries {
  readonly seconds: Ring
  readonly minutes: Ring
  /** Adds what happened in the seconds `first` to `last`, in equal parts. */
  write: (delta: Delta, first: number, last: number) => void
}

export function createDelta(): Delta {
  return {
    counts: new Float64Array(countColumns.length),
    durations: createBuckets(),
    answered: 0,
    bytes: 0,
  }
}

export function resetDelta(delta: Delta): void {
  delta.counts.fill(0)
  clearBuckets(delta.durations)
  delta.answered = 0
  delta.bytes = 0
}

export function addDelta(to: Delta, from: Delta): void {
  for (let column = 0; column < countColumns.length; column++)
    to.counts[column] = (to.counts[column] ?? 0) + (from.counts[column] ?? 0)
  to.bytes += from.bytes
  addBuckets(to.durations, from.durations)
  to.answered += from.answered
}

/** @param bytes held until now, while nothing was counted */
export function createSeries(bytes: number): CacheSeries {
  const seconds = createRing(circleRows.seconds, bytes)
  const minutes = createRing(circleRows.minutes, bytes)
  /** The minute that is under way, with its latencies. */
  let minute = -1
  let answered = 0
  const durations = createBuckets()

  function rank(): void {
    if (answered === 0)
      return
    minutes.p50[minute % circleRows.minutes] = quantileOf(durations, answered, 0.5)
    minutes.p99[minute % circleRows.minutes] = quantileOf(durations, answered, 0.99)
  }

  function begin(next: number): void {
    if (minute === next)
      return
    rank()
    minute = next
    answered = 0
    clearBuckets(durations)
    clearRow(minutes, next % circleRows.minutes)
  }

  return {
    seconds,
    minutes,
    write(delta, first, last) {
      const spread = last - first + 1
      const p50 = percentile(delta, 0.5)
      const p99 = percentile(delta, 0.99)
      for (let second = first; second <= last; second++) {
        const row = second % circleRows.seconds
        begin(Math.floor(second / 60))
        const minuteRow = minute % circleRows.minutes
        for (let column = 0; column < countColumns.length; column++) {
          const count = delta.counts[column] ?? 0
          // Whole numbers whose sum is exact.
          const done = Math.floor(count * (second - first) / spread)
          const part = Math.floor(count * (second - first + 1) / spread) - done
          set(seconds.counts[column], row, part)
          set(minutes.counts[column], minuteRow, (minutes.counts[column]?.[minuteRow] ?? 0) + part)
        }
        seconds.p50[row] = p50
        seconds.p99[row] = p99
        seconds.bytes[row] = delta.bytes
        minutes.bytes[minuteRow] = delta.bytes
      }
      addBuckets(durations, delta.durations)
      answered += delta.answered
      if ((last + 1) % 60 === 0)
        rank()
    },
  }
}

function createRing(rows: number, bytes: number): Ring {
  return {
    counts: countColumns.map(() => new Uint32Array(rows)),
    p50: new Float32Array(rows),
    p99: new Float32Array(rows),
    bytes: new Float64Array(rows).fill(bytes),
  }
}

function clearRow(ring: Ring, row: number): void {
  for (const column of ring.counts)
    column[row] = 0
  ring.p50[row] = 0
  ring.p99[row] = 0
}

function percentile({ durations, answered }: Delta, part: number): number {
  return answered === 0 ? 0 : quantileOf(durations, answered, part)
}

function set(column: Uint32Array | undefined, row: number, value: number): void {
  if (column !== undefined)
    column[row] = value
}
