import type { ServerStatistics } from '@shared/schemas'
import type { Sample } from '../../live/live-window'
import { counted } from '@shared/grouped'
import { formatRate } from '../../format'
import { summarize, windowSeconds } from '../../live/live-window'

/** The times that the charts may show: in seconds, with those that one sample covers. */
export const spans = {
  '1m': { seconds: 60, step: 1, name: 'Last minute', words: 'last minute' },
  '15m': { seconds: windowSeconds, step: 5, name: 'Last 15 minutes', words: 'last 15 minutes' },
  '24h': { seconds: 86_400, step: 300, name: 'Last 24 hours', words: 'last 24 hours' },
} as const
export const spanChoices = [
  { value: '1m', text: '1 m' },
  { value: '15m', text: '15 m' },
  { value: '24h', text: '24 h' },
] as const

/** How reads end, from the bottom of the chart to its top. Each has a word and a shape too. */
export const outcomes = [
  { name: 'hits', word: 'hits', mark: 'hit', token: '--outcome-hit', area: '--outcome-hit-area' },
  { name: 'misses', word: 'misses', mark: 'miss', token: '--outcome-miss', area: '--outcome-miss-area' },
  { name: 'off', word: '503', mark: 'off', token: '--outcome-off', area: '--outcome-off-area' },
] as const

const nothing: Sample = { at: 0, hits: null, misses: null, off: null, p50: null, p99: null, memory: null }

/** The last minute as one sample. */
export function lastMinute(seconds: readonly Sample[]): Sample {
  return seconds.length === 0 ? nothing : summarize(0, seconds.slice(-60))
}

/**
 * The query of the Requests screen that shows a moment: from its beginning (seconds since 1970) for
 * `length` seconds, as ISO times in UTC.
 */
export function momentQuery(at: number, length: number): { from: string, to: string } {
  return { from: new Date(at * 1000).toISOString(), to: new Date((at + length) * 1000).toISOString() }
}

const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const date = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

/** When the server started (milliseconds since 1970): the time, or the day if that was long ago. */
export function formatStart(start: number, now = Date.now()): string {
  return (now - start < 86_400_000 ? time : date).format(start)
}

/** What Redis clients do now; null without one, as that is not worth a word. */
export function redisFigure(statistics: ServerStatistics | null): { text: string, hint: string } | null {
  const { clients = 0, perSecond = 0 } = statistics?.redis ?? {}
  return clients === 0
    ? null
    : { text: `Redis ${formatRate(perSecond)}/s`, hint: `Commands of ${counted(clients, 'client', 'clients')}` }
}
