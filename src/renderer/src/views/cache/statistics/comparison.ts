import type { CacheInfo } from '@shared/schemas'
import type { Sample } from '../../../live/live-window'
import type { MissesByReason } from '../cache-history'
import type { Bar } from './BarList.vue'
import { exactTerm } from '@shared/filter'
import { countMisses, missReasons, missReasonsWhileOn } from '@shared/miss-reasons'
import { formatCount, formatMicroseconds, formatRatio } from '../../../format'
import { hitRatioOf, quantile } from '../../../live/live-window'

/** One figure for the last minute, for the last 15, and since the start. */
interface ComparedRow { name: string, hint?: string, texts: readonly [string, string, string] }

export const comparedSpans = ['1 min', '15 min', 'Since start'] as const
const minute = 60

function sumOf(samples: readonly Sample[], name: 'hits' | 'misses' | 'off'): number {
  return samples.reduce((sum, sample) => sum + (sample[name] ?? 0), 0)
}

/** The largest p99 of any second, and the middle of the seconds' medians. */
function timeOf(samples: readonly Sample[], name: 'p50' | 'p99'): string {
  const known = samples.map(sample => sample[name]).filter(time => time !== null)
  const time = quantile(known, name === 'p50' ? 0.5 : 1)
  return time === null ? '–' : formatMicroseconds(time)
}

/** @param seconds the last 15 minutes, second by second */
export function compareSpans({ statistics }: CacheInfo, seconds: readonly Sample[]): ComparedRow[] {
  const spans = [seconds.slice(-minute), seconds] as const
  const row = (name: string, of: (samples: readonly Sample[]) => string, whole: string, hint?: string): ComparedRow =>
    ({ name, texts: [of(spans[0]), of(spans[1]), whole], ...(hint !== undefined && { hint }) })
  const { hits, staleHits, sets, deletes, evictions, expirations, hitRatio, latency, misses } = statistics
  const since = (name: string, count: number): ComparedRow => ({ name, texts: ['', '', formatCount(count)] })
  const time = (name: 'p50' | 'p99'): string => latency.count === 0 ? '–' : formatMicroseconds(latency[name])
  return [
    row('Hit ratio', samples => formatRatio(hitRatioOf(samples)), formatRatio(hitRatio)),
    row('Hits', samples => formatCount(sumOf(samples, 'hits')), formatCount(hits)),
    row('Misses', samples => formatCount(sumOf(samples, 'misses')), formatCount(countMisses(misses))),
    row('503', samples => formatCount(sumOf(samples, 'off')), formatCount(misses.disabled), 'While a switch was off'),
    row('p50', samples => timeOf(samples, 'p50'), time('p50'), 'Half of all requests took no longer'),
    row('p99', samples => timeOf(samples, 'p99'), time('p99'), 'In the slowest second; since start: of all requests'),
    since('Stale hits', staleHits),
    since('Stored', sets),
    since('Deleted', deletes),
    since('Evicted', evictions),
    since('Expired', expirations),
  ]
}

/** Misses by reason, as parts of those of the last 15 minutes; each leads to its requests. */
export function missBars(
  { name, statistics }: CacheInfo,
  missed: { minute: MissesByReason, quarter: MissesByReason },
  linked: boolean,
): Bar[] {
  const all = missReasonsWhileOn.reduce((sum, reason) => sum + (missed.quarter[reason] ?? 0), 0)
  return missReasonsWhileOn.map((reason) => {
    const counts = [missed.minute[reason] ?? 0, missed.quarter[reason] ?? 0, statistics.misses[reason]]
    return {
      name: reason,
      hint: missReasons[reason],
      part: all === 0 ? 0 : (missed.quarter[reason] ?? 0) / all,
      texts: counts.map(formatCount),
      ...(linked && {
        to: { name: 'requests', query: { filter: `${exactTerm('cache', name)} ${exactTerm('reason', reason)}` } },
      }),
    }
  })
}
