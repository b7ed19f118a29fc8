import type { RequestList, RequestRecord } from '@shared/schemas'
import type { Extent } from './older-records'
import { errorRegistry } from '@shared/errors'
import { loadMarks } from '@shared/load-marks'
import { missReasons } from '@shared/miss-reasons'
import { lookOf, requestResults } from '@shared/request-results'
import { rowOf } from '@shared/rows'
import { formatCount } from '../../format'
import { asSentence } from '../../sentence'
import { explainGateway, noteOfGateway } from './gateway-text'

/** How far back the log of the server reaches. */
export type RequestReach = Pick<RequestList, 'since' | 'dropped' | 'cleared'>

export function nameOfResult(result: string): string {
  return rowOf(requestResults, result)?.label ?? result
}

/** Whether an entry was held after it that it had brought. */
export function bringsEntry({ result, marks }: RequestRecord): boolean {
  return result === 'stored' || (result === 'loaded' && !marks.includes(loadMarks.passing))
}

/** Whether the TTL of its entry began with it. */
export function startsTtl(record: RequestRecord): boolean {
  return bringsEntry(record) || record.result === 'touched'
}

/** Returns the CSS classes of a result's mark and colour. A result of a newer server has none. */
export function classesOfResult(result: string): string[] {
  return classesOf(rowOf(requestResults, result))
}

/** The same for one request, which may look other than the rest of its result. */
export function classesOfRequest(record: RequestRecord): string[] {
  return classesOf(lookOf(record))
}

function classesOf(row: ReturnType<typeof lookOf>): string[] {
  return row ? [row.tone, ...row.full ? ['full'] : []] : []
}

/** A part of a whole in whole percent: `56%`, `<1%`. */
export function shareOf(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : part / whole * 100
  if (percent > 0 && percent < 1)
    return '<1%'
  // All are those that nothing is missing of.
  return `${part < whole ? Math.min(99, Math.round(percent)) : Math.round(percent)}%`
}

/** How a request counts in a chart. */
export function toneOfRequest(record: RequestRecord): 'hit' | 'stale' | 'miss' | 'other' | 'off' | 'failed' {
  const row = lookOf(record)
  switch (row?.tone) {
    case 'served':
      return 'hit'
    case 'late':
      return row.full ? 'stale' : 'miss'
    case 'stopped':
      return 'off'
    case 'failed':
      return 'failed'
    default:
      return 'other'
  }
}

/** Names what came of a request in two parts: the word, and what it does not say. */
export function describeResult(record: RequestRecord): { word: string, more: string } {
  const { result, reason, ttl } = record
  const row = lookOf(record)
  // Only HTTP has a number for it.
  const label = record.face === 'redis' ? row?.label.replace(/^503 c/, 'C') : row?.label
  const [word = result, ...rest] = label?.split(/(?<=^503) /) ?? []
  if (result === 'hit' && ttl !== null)
    return { word, more: `${formatLeft(ttl)} left` }
  const note = noteOfGateway(record)
  // That it was not stored is what a miss by a gateway is; a narrow list has room for the reason.
  if (note !== undefined)
    return { word, more: `· ${note.replace(/^not stored: /, '')}` }
  if (result === 'miss')
    return { word, more: reason ?? '' }
  // Why something stale was good enough, where its source or its backend did not answer.
  if (result === 'stale')
    return { word, more: reason === null ? '' : `· ${reason}` }
  const isTold = reason !== null && (!row || row.told)
  return { word, more: isTold ? `· ${reason}` : rest.join('') }
}

/** Explains the result of a request in a sentence. */
export function explainResult(record: RequestRecord): string {
  const { result, reason, detail, status } = record
  const row = lookOf(record)
  const byGateway = explainGateway(record)
  if (byGateway !== undefined)
    return byGateway
  if (!row || row.told)
    return asSentence(`${row?.label ?? result}: ${detail ?? rowOf(errorRegistry, reason)?.title ?? reason ?? status}`)
  if (result === 'miss') {
    const text = rowOf(missReasons, reason) ?? reason ?? 'no reason was given'
    return `${row.meaning}: ${text.charAt(0).toLowerCase()}${text.slice(1)}.`
  }
  return status === 304 ? `${row.meaning}; the client already had it.` : `${row.meaning}.`
}

const statuses: Readonly<Record<number, string>> = {
  200: 'the answer has the value, or a result',
  201: 'a new entry, or one that was replaced',
  204: 'done; there is nothing to answer',
  304: 'the client sent the ETag of this very version (If-None-Match), so it has the value',
  401: 'no valid API key',
  403: 'not allowed with this API key',
  412: 'the entry is not as the client expected (an ETag in If-Match, or If-None-Match)',
  413: 'more than may be stored',
  429: 'too many attempts',
}

/** What a status means here, behind a dash; empty where the story says it, or the origin does. */
export function explainStatus({ status, result, face }: RequestRecord): string {
  if (face === 'gateway')
    return ''
  if (status === 404)
    return result === 'miss' ? ' – nothing fresh to answer' : ' – there is no such thing'
  const meaning = Object.hasOwn(statuses, status) ? statuses[status] : undefined
  return meaning === undefined ? '' : ` – ${meaning}`
}

/**
 * How far back the list reaches, in a sentence; `oldest` is the time of its oldest request. Empty
 * while nobody knows.
 */
export function explainReach(reach: RequestReach | null, extent: Extent, oldest: string | null): string {
  if (extent !== 'start') {
    return oldest === null
      ? ''
      : `Reaches back to ${secondOf(oldest)}${extent === 'reading' ? '; reading older ones …' : '.'}`
  }
  if (reach === null)
    return ''
  const { since, dropped, cleared } = reach
  if (cleared !== undefined && (since === null || since <= cleared))
    return `Cleared at ${secondOf(cleared)}; reaches back to that.`
  if (since === null || dropped === 0)
    return 'Reaches back to the start of the server.'
  const gone = dropped === 1 ? 'An older one is gone.' : `${formatCount(dropped)} older ones are gone.`
  return `Reaches back to ${secondOf(since)}. ${gone}`
}

/** Seconds as a clock runs down, whole ones: `4:12`, `0:45`, `1:02:03`, `12 d 3 h`. */
export function formatLeft(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24]
  const minutes = Math.floor(whole / 60) % 60
  const two = (part: number): string => String(part).padStart(2, '0')
  if (days > 0)
    return `${formatCount(days)} d ${hours} h`
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** Formats the time of day to the second, in the local time zone: `14:03:07`. */
export function secondOf(at: string | number): string {
  return clockTime(at).slice(0, 8)
}

/** Formats the time of day to the millisecond, in the local time zone: `14:03:07.123`. */
export function clockTime(at: string | number): string {
  const time = new Date(at)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' })

/** Formats date and time in words. */
export function exactTime(at: string | number): string {
  return exact.format(new Date(at))
}
