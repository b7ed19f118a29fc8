import type { OperationOutput } from '@shared/operations'

type Statistics = OperationOutput<'stats.get'>

/**
 * A summary of the ten seconds before a moment. A value is null if there was nothing to measure: no
 * reads, no requests, or nobody watched.
 */
export interface Sample {
  /** Seconds since 1970. */
  at: number
  hitRatio: number | null
  /** Requests per second. */
  rate: number | null
  /** Microseconds. */
  p50: number | null
  p99: number | null
  /** Bytes. */
  memory: number | null
}

/** Length of the time that is kept and shown, in seconds. */
export const windowSeconds = 900
/** Seconds that each point covers, the same as for the server's requests per second. */
const span = 10
/**
 * Longest time between two readings, in seconds, that the line still bridges: after a longer one,
 * nobody was watching.
 */
const longestStep = 5

interface Reading { at: number, hits: number, reads: number, answered: number, durations: readonly number[] }

interface LiveWindow {
  samples: () => readonly Sample[]
  /** Adds a reading; `durations` are those of the requests since the last one, in microseconds. */
  add: (statistics: Statistics, at: number, durations: readonly number[]) => void
  clear: () => void
}

/** Turns the server's counters into the activity between two readings. */
export function createLiveWindow(): LiveWindow {
  let samples: Sample[] = []
  let readings: Reading[] = []

  function clear(): void {
    samples = []
    readings = []
  }

  return {
    samples: () => samples,
    clear,
    add({ bytes, requestsPerSecond, totals }, at, durations) {
      const reads = totals.hits + Object.values(totals.misses).reduce((sum, count) => sum + count, 0)
      const last = readings.at(-1)
      // The machine's clock was set back, so the earlier readings are now in the future.
      if (last && at < last.at)
        clear()
      // Counters that decreased belong to another server, or include caches that are gone.
      else if (last && (reads < last.reads || totals.hits < last.hits))
        readings = []
      const reading = { at, hits: totals.hits, reads, answered: totals.latency.count, durations }
      readings = [...readings.filter(old => old.at >= at - span), reading]
      const [first = reading] = readings
      const asked = reads - first.reads
      // The durations of the first reading are from before it.
      const taken = readings.slice(1).flatMap(old => old.durations)

      const previous = samples.at(-1)
      samples = samples.filter(sample => sample.at > at - windowSeconds)
      // Shows a gap in the line instead of a slope over a time in which nobody watched.
      if (previous && at - previous.at > longestStep)
        samples.push({ at: previous.at + 1, hitRatio: null, rate: null, p50: null, p99: null, memory: null })
      samples.push({
        at,
        hitRatio: asked > 0 ? (totals.hits - first.hits) / asked : null,
        // The rate of the whole server for users who may see it; otherwise that of the user's own
        // caches, between two readings.
        rate: requestsPerSecond ?? (at > first.at ? (reading.answered - first.answered) / (at - first.at) : null),
        p50: quantile(taken, 0.5),
        p99: quantile(taken, 0.99),
        memory: bytes,
      })
    },
  }
}

/** Returns the smallest value that at least `part` of the values do not exceed (nearest rank). */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null
}
