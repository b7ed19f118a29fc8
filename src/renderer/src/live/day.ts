import type { History } from '@shared/history'
import type { HistoryEvent, MissSums, Sample } from './live-window'
import { summarize } from './live-window'

/** The last 24 hours, as the server told them. */
export interface Day {
  samples: readonly Sample[]
  reasons: MissSums
  events: readonly HistoryEvent[]
}

/** Rows of the server that one sample covers. */
const rowsOfSample = 5

/** From whole minutes to samples of five, with rates a second like those of the last minutes. */
export function dayOf({ step, first, rows, hits, misses, off, p50, p99, bytes, events }: History): Day {
  const missed = Object.entries(misses)
  const rate = (count: number | null | undefined): number | null =>
    count === null || count === undefined ? null : count / step
  const minutes = Array.from({ length: rows }, (_, row): Sample => ({
    at: first + row * step,
    hits: rate(hits[row]),
    misses: hits[row] === null ? null : rate(missed.reduce((sum, [, counts]) => sum + (counts[row] ?? 0), 0)),
    off: rate(off[row]),
    p50: p50[row] ?? null,
    p99: p99[row] ?? null,
    memory: bytes[row] ?? null,
  }))
  const groups = Map.groupBy(minutes, ({ at }) => at - at % (rowsOfSample * step))
  return {
    samples: Array.from(groups, ([at, group]) => summarize(at, group)),
    reasons: Object.fromEntries(missed.map(([reason, counts]) =>
      [reason, counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)])),
    events,
  }
}
