import type { RequestRecord } from '@shared/schemas'
import { toneOfRequest } from './request-text'

/** How requests end, from the bottom of a bar to its top. */
export const barTones = ['hit', 'stale', 'miss', 'other', 'off', 'failed'] as const
type BarTone = (typeof barTones)[number]

/** Requests over time, by how they ended. */
export interface RequestBars {
  /** Seconds since 1970 at which the first bar begins, and seconds that each covers. */
  first: number
  step: number
  /** Bars. */
  size: number
  /** Requests of each bar. */
  counts: Readonly<Record<BarTone, readonly number[]>>
  /** Requests of the highest bar. */
  most: number
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]
const mostBars = 120
/** Characters of an ISO time up to its seconds. */
const secondDigits = 19
/** Seconds: a young log is not drawn with bars as wide as a hand. */
const leastSpan = 60

/**
 * Counts requests by time. Bars begin at round times, so they stay while time goes on.
 *
 * @param from milliseconds since 1970; `to` likewise
 */
export function countOverTime(records: Iterable<RequestRecord>, from: number, to: number): RequestBars {
  const end = Math.ceil(to / 1000)
  const begin = Math.min(Math.floor(from / 1000), end - leastSpan)
  const step = steps.find(each => (end - begin) / each <= mostBars) ?? Math.ceil((end - begin) / mostBars)
  const first = Math.floor(begin / step) * step
  const size = Math.max(1, Math.ceil((end - first) / step))
  const counts = Object.fromEntries(barTones.map(tone => [tone, Array.from<number>({ length: size }).fill(0)])) as
    Record<BarTone, number[]>
  const sums = Array.from<number>({ length: size }).fill(0)
  let known = ''
  let bar = 0
  for (const record of records) {
    // Bars begin at whole seconds, and there may be thousands of requests in one.
    const second = record.at.slice(0, secondDigits)
    if (second !== known) {
      known = second
      bar = Math.floor((Date.parse(`${second}Z`) / 1000 - first) / step)
    }
    // A server's clock may be ahead.
    const at = Math.min(bar, size - 1)
    const column = counts[toneOfRequest(record)]
    if (at < 0)
      continue
    column[at] = (column[at] ?? 0) + 1
    sums[at] = (sums[at] ?? 0) + 1
  }
  return { first, step, size, counts, most: Math.max(1, ...sums) }
}

/** The bars of a tone as the path of an area `size` wide and `most` high, on those below it. */
export function barPath({ size, counts, most }: RequestBars, tone: BarTone): string {
  const below = barTones.slice(0, barTones.indexOf(tone))
  const width = 0.84
  let path = ''
  for (let bar = 0; bar < size; bar++) {
    const count = counts[tone][bar] ?? 0
    if (count === 0)
      continue
    const bottom = most - below.reduce((sum, each) => sum + (counts[each][bar] ?? 0), 0)
    path += `M${bar + (1 - width) / 2} ${bottom}h${width}v${-count}h${-width}z`
  }
  return path
}

const tickSteps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]

/** Round times to write under the bars, about so many, in seconds since 1970. */
export function ticksOf({ first, step, size }: RequestBars, mostTicks: number): { times: number[], seconds: boolean } {
  const span = size * step
  const every = tickSteps.find(each => span / each <= mostTicks) ?? Math.ceil(span / mostTicks / 86_400) * 86_400
  const times: number[] = []
  for (let at = Math.ceil((first + span * 0.04) / every) * every; at < first + span * 0.92; at += every)
    times.push(at)
  return { times, seconds: every < 60 }
}
