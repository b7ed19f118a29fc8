import type { History, HistorySpan } from '@shared/history'
import type { LastMinute } from '@shared/statistics'
import type { CacheSeries, Ring } from './series'
import type { Timeline } from './timeline'
import { historySpans } from '@shared/history'
import { missReasons, missReasonsWhileOn } from '@shared/miss-reasons'
import { mapRows } from '@shared/rows'
import { countColumns } from './series'
import { circleRows } from './timeline'

type Column = (number | null)[]

/**
 * The rows that begin later than `after` (seconds since 1970), or all if that lies in the future.
 *
 * @param series null: nothing was ever counted
 * @param bytes held by a cache without a series
 */
export function readSeries(
  series: CacheSeries | null,
  timeline: Timeline,
  span: HistorySpan,
  after: number,
  bytes: number,
): Omit<History, 'events'> {
  const { step } = historySpans[span]
  const circle = circleRows[span]
  const ring: Ring | null = series?.[span] ?? null
  const newest = timeline.newest(span)
  const given = Math.floor(after / step) + 1
  const first = Math.max(timeline.oldest(span), given > newest + 1 ? 0 : given)
  const rows = Math.max(0, newest - first + 1)

  function column(of: ArrayLike<number> | undefined, read: (value: number) => number | null = value => value): Column {
    return Array.from({ length: rows }, (_, row) => {
      const slot = first + row
      return timeline.measured(span, slot) ? read(of?.[slot % circle] ?? 0) : null
    })
  }
  const counts = new Map(countColumns.map((name, index) => [name, column(ring?.counts[index])]))
  const reasons = missReasonsWhileOn.filter(reason => counts.get(reason)?.some(count => count !== null && count > 0))

  return {
    step,
    first: first * step,
    rows,
    hits: counts.get('hits') ?? [],
    stale: counts.get('stale') ?? [],
    misses: Object.fromEntries(reasons.map(reason => [reason, counts.get(reason) ?? []])),
    off: counts.get('off') ?? [],
    evictions: counts.get('evictions') ?? [],
    p50: column(ring?.p50, shortened),
    p99: column(ring?.p99, shortened),
    bytes: ring === null ? column(undefined, () => bytes) : column(ring.bytes),
  }
}

/** The sums of the last 60 seconds that are over, as far as they were measured. */
export function readMinute(series: CacheSeries | null, timeline: Timeline): LastMinute {
  const newest = timeline.newest('seconds')
  const sums = new Map<typeof countColumns[number], number>(countColumns.map(name => [name, 0]))
  let seconds = 0
  for (let slot = Math.max(timeline.oldest('seconds'), newest - 59); slot <= newest; slot++) {
    if (!timeline.measured('seconds', slot))
      continue
    seconds++
    countColumns.forEach((name, column) =>
      sums.set(name, (sums.get(name) ?? 0) + (series?.seconds.counts[column]?.[slot % circleRows.seconds] ?? 0)))
  }
  return {
    seconds,
    hits: sums.get('hits') ?? 0,
    misses: mapRows(missReasons, (_, reason) => sums.get(reason === 'disabled' ? 'off' : reason) ?? 0),
    evictions: sums.get('evictions') ?? 0,
  }
}

/** To three digits, as the buckets of a histogram are no finer. */
function shortened(microseconds: number): number | null {
  return microseconds === 0 ? null : Number(microseconds.toPrecision(3))
}
