import type { OperationOutput } from '@shared/operations'

type Statistics = OperationOutput<'stats.get'>

/**
 * What the ten seconds before a moment were like; null where there is nothing to tell: nobody read,
 * nobody asked, nobody watched.
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

/** Seconds that are kept and shown. */
export const windowSeconds = 900
/** Seconds that each point sums up, as the server does for its requests per second. */
const span = 10
/**
 * Longest distance of two readings, in seconds, that still makes one line: more means that nobody
 * watched.
 */
const longestStep = 5

interface Reading { at: number, hits: number, reads: number, answered: number, durations: readonly number[] }

interface LiveWindow {
  samples: () => readonly Sample[]
  /** Adds a reading; `durations` are those of requests since the last one, in microseconds. */
  add: (statistics: Statistics, at: number, durations: readonly number[]) => void
  clear: () => void
}

/** Turns the server's counters into what happened between two readings. */
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
      // The machine's clock went back: what was noted lies in the future now.
      if (last && at < last.at)
        clear()
      // Counters that fell belong to another server, or to caches that are gone since.
      else if (last && (reads < last.reads || totals.hits < last.hits))
        readings = []
      const reading = { at, hits: totals.hits, reads, answered: totals.latency.count, durations }
      readings = [...readings.filter(old => old.at >= at - span), reading]
      const [first = reading] = readings
      const asked = reads - first.reads
      // The first reading's durations lie before it.
      const taken = readings.slice(1).flatMap(old => old.durations)

      const previous = samples.at(-1)
      samples = samples.filter(sample => sample.at > at - windowSeconds)
      // A gap in the line, not a slope over a time in which nobody looked.
      if (previous && at - previous.at > longestStep)
        samples.push({ at: previous.at + 1, hitRatio: null, rate: null, p50: null, p99: null, memory: null })
      samples.push({
        at,
        hitRatio: asked > 0 ? (totals.hits - first.hits) / asked : null,
        // Of the whole server for those whom it concerns; otherwise of one's own caches, between
        // two readings.
        rate: requestsPerSecond ?? (at > first.at ? (reading.answered - first.answered) / (at - first.at) : null),
        p50: quantile(taken, 0.5),
        p99: quantile(taken, 0.99),
        memory: bytes,
      })
    },
  }
}

/** The smallest value that so large a part does not exceed (nearest rank). */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null
}
