import type { History } from '@shared/history'
import type { MissReason } from '@shared/miss-reasons'
import { historySpans } from '@shared/history'

/** A summary of some seconds. A value is null if there was nothing to measure. */
export interface Sample {
  /** The beginning, in seconds since 1970. */
  at: number
  /** Reads per second, by how they ended. */
  hits: number | null
  misses: number | null
  off: number | null
  /**
   * Microseconds. The middle of the seconds' medians, and an upper bound: their largest p99.
   */
  p50: number | null
  p99: number | null
  /** Bytes. */
  memory: number | null
}

/** How many reads missed, by the reason. */
export type MissSums = Readonly<Partial<Record<MissReason, number>>>

export type HistoryEvent = History['events'][number]

/** Length of the time that is kept, in seconds. */
export const windowSeconds = historySpans.seconds.rows

/** The last 15 minutes as the server has told them, second by second. */
interface LiveWindow {
  /** Adds what the server told of the time after `newest()`, or all of it anew. */
  add: (history: History) => void
  /** The beginning of the newest second, 0 if there is none. */
  newest: () => number
  /** The last `span` seconds, `step` seconds a sample. Samples begin at multiples of the step. */
  samples: (span: number, step: number) => Sample[]
  /** Why reads missed in the last `span` seconds. */
  reasons: (span: number) => MissSums
  events: () => readonly HistoryEvent[]
  /** What happened to a cache is told under its new name from now on. */
  rename: (from: string, to: string) => void
  clear: () => void
}

/** A second is a sample of one second. */
export function createLiveWindow(): LiveWindow {
  let seconds: Sample[] = []
  let missed: { at: number, sums: MissSums }[] = []
  let events: HistoryEvent[] = []
  const newest = (): number => seconds.at(-1)?.at ?? 0

  return {
    newest,
    events: () => events,
    rename(from, to) {
      events = events.map(event => event.cache === from ? { ...event, cache: to } : event)
    },
    clear() {
      seconds = []
      missed = []
      events = []
    },
    add(history) {
      const { first, rows } = history
      if (rows === 0)
        return
      // If the server's clock was set back, it tells seconds again that are known.
      seconds = seconds.filter(({ at }) => at < first)
      missed = missed.filter(({ at }) => at < first)
      events = events.filter(({ at }) => at < first)
      const oldest = first + rows - windowSeconds
      // Another server, or one that started anew, knows nothing of the time in between.
      for (let at = Math.max(newest() + 1, oldest); seconds.length > 0 && at < first; at++)
        seconds.push(unknown(at))
      for (let row = 0; row < rows; row++)
        seconds.push(secondOf(history, row))
      missed = [...missed, ...missesOf(history)].filter(({ at }) => at >= oldest)
      seconds = seconds.filter(({ at }) => at >= oldest)
      events = [...events, ...history.events].filter(({ at }) => at >= oldest)
    },
    reasons(span) {
      const sums = new Map<MissReason, number>()
      for (const second of missed.filter(({ at }) => at > newest() - span)) {
        for (const [reason, count] of countsOf(second.sums))
          sums.set(reason, (sums.get(reason) ?? 0) + count)
      }
      return Object.fromEntries(sums)
    },
    samples(span, step) {
      const groups = new Map<number, Sample[]>()
      for (const second of seconds.slice(-span)) {
        const at = second.at - second.at % step
        const group = groups.get(at)
        if (group)
          group.push(second)
        else
          groups.set(at, [second])
      }
      return Array.from(groups, ([at, group]) => summarize(at, group))
    },
  }
}

/** Hits of all reads that no switch turned away, over several seconds; null without reads. */
export function hitRatioOf(samples: readonly Sample[]): number | null {
  const sum = (name: 'hits' | 'misses'): number => samples.reduce((so, sample) => so + (sample[name] ?? 0), 0)
  const reads = sum('hits') + sum('misses')
  return reads === 0 ? null : sum('hits') / reads
}

/** Several seconds as one sample, which begins at `at`. */
export function summarize(at: number, seconds: readonly Sample[]): Sample {
  const known = (name: keyof Sample): number[] => seconds.map(second => second[name]).filter(value => value !== null)
  const mean = (name: keyof Sample): number | null => {
    const values = known(name)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return {
    at,
    hits: mean('hits'),
    misses: mean('misses'),
    off: mean('off'),
    p50: quantile(known('p50'), 0.5),
    p99: quantile(known('p99'), 1),
    memory: known('memory').at(-1) ?? null,
  }
}

function secondOf({ first, hits, misses, off, p50, p99, bytes }: History, row: number): Sample {
  const hit = hits[row] ?? null
  const missed = Object.values(misses).reduce((sum, counts) => sum + (counts[row] ?? 0), 0)
  return {
    at: first + row,
    hits: hit,
    misses: hit === null ? null : missed,
    off: off[row] ?? null,
    p50: p50[row] ?? null,
    p99: p99[row] ?? null,
    memory: bytes[row] ?? null,
  }
}

function countsOf(sums: MissSums): [MissReason, number][] {
  return Object.entries(sums) as [MissReason, number][]
}

/** The seconds in which reads missed: mostly few of them. */
function missesOf({ first, rows, misses }: History): { at: number, sums: MissSums }[] {
  const columns = Object.entries(misses) as [MissReason, (number | null)[]][]
  return Array.from({ length: rows }, (_, row) => ({
    at: first + row,
    sums: Object.fromEntries(columns.flatMap(([reason, counts]) => counts[row] ? [[reason, counts[row]]] : [])),
  })).filter(({ sums }) => Object.keys(sums).length > 0)
}

function unknown(at: number): Sample {
  return { at, hits: null, misses: null, off: null, p50: null, p99: null, memory: null }
}

/** Returns the smallest value that at least `part` of the values do not exceed (nearest rank). */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null
}
