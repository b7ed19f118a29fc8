import { secondOf } from './request-text'

/** A part of the time, in milliseconds since 1970; null: open at this end. The end is exclusive. */
export interface TimeRange {
  from: number | null
  to: number | null
}

export const allTime: TimeRange = { from: null, to: null }

/** Reads what an address says: two ISO times. What is no time is as if it were not there. */
export function readRange(from: string, to: string): TimeRange {
  const read = (text: string): number | null => {
    const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
    return Number.isNaN(time) ? null : time
  }
  return { from: read(from), to: read(to) }
}

/** The same for an address. */
export function writeRange({ from, to }: TimeRange): { from: string | undefined, to: string | undefined } {
  const write = (time: number | null): string | undefined =>
    time === null ? undefined : new Date(time).toISOString().replace('.000Z', 'Z')
  return { from: write(from), to: write(to) }
}

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

export function isAllTime({ from, to }: TimeRange): boolean {
  return from === null && to === null
}

/** A filter that also asks for the time. Its terms come last, so errors stay in their places. */
export function withRange(filter: string, range: TimeRange): string {
  const { from, to } = writeRange(range)
  const terms = [filter.trim(), from && `time>=${from}`, to && `time<${to}`]
  return terms.filter(Boolean).join(' ')
}

/** `23:31:07 – 23:32:00`, with the days if they are not the same as today's. */
export function describeRange({ from, to }: TimeRange): string {
  const today = new Date().toDateString()
  const other = [from, to].some(time => time !== null && new Date(time).toDateString() !== today)
  const say = (time: number): string => `${other ? `${day.format(time)} ` : ''}${secondOf(time)}`
  if (from === null)
    return to === null ? 'All the time' : `Before ${say(to)}`
  return to === null ? `Since ${say(from)}` : `${say(from)} – ${say(to)}`
}
