import type { Stopwatch } from '../../base/clock'
import type { Histogram } from '../../base/histogram'
import { createBuckets, createHistogram, quantileOf } from '../../base/histogram'
import { byConnection } from './by-connection'

/** How the calls of one connection go. */
export interface CallMeter {
  /** @param took milliseconds */
  record: (call: { isLoad: boolean, failed: boolean }, took: number) => void
  /** Calls of the last 12 to 15 minutes. */
  recent: () => CallFigures
  /** Since the start of the server. */
  readonly total: Readonly<Counts>
  /** The connection is another one now: its recent calls begin anew, the total goes on. */
  reset: () => void
}

/** `loads` are the values asked for; `failures` count every kind of call. */
interface Counts { loads: number, failures: number }
/** Percentiles in milliseconds; null = there was no call. */
interface CallFigures extends Counts { p50: number | null, p99: number | null }

/** A few long parts: each has a histogram, which takes 7 KB. */
const parts = 5
const partLength = 3 * 60_000

interface Part extends Counts { index: number, times: Histogram }

function createMeter(stopwatch: Stopwatch): CallMeter {
  const total: Counts = { loads: 0, failures: 0 }
  /** The oldest first; made when there are calls to count. */
  let kept: readonly Part[] = []

  function current(): Part {
    const index = Math.floor(stopwatch.now() / partLength)
    const last = kept.at(-1)
    if (last?.index === index)
      return last
    const part = { index, loads: 0, failures: 0, times: createHistogram() }
    kept = [...living(), part]
    return part
  }

  function living(): readonly Part[] {
    const now = Math.floor(stopwatch.now() / partLength)
    return kept.filter(({ index }) => index > now - parts)
  }

  return {
    total,
    record({ isLoad, failed }, took) {
      const part = current()
      for (const counts of [part, total]) {
        counts.loads += Number(isLoad)
        counts.failures += Number(failed)
      }
      part.times.record(took * 1000)
    },
    reset() {
      kept = []
    },
    recent() {
      const all = createBuckets()
      let [count, loads, failures] = [0, 0, 0]
      for (const part of living()) {
        part.times.take(createBuckets(), all)
        count += part.times.count
        loads += part.loads
        failures += part.failures
      }
      const quantile = (share: number): number | null => count === 0 ? null : quantileOf(all, count, share) / 1000
      return { loads, failures, p50: quantile(0.5), p99: quantile(0.99) }
    },
  }
}

/** One meter for each connection, made when it is first asked for. */
export function createMeters(stopwatch: Stopwatch): (connection: string) => CallMeter {
  return byConnection(() => createMeter(stopwatch))
}
