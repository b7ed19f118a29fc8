import type { RequestList, RequestRecord } from '@shared/schemas'
import type { Extent } from './older-records'
import { errorRegistry } from '@shared/errors'
import { missReasons } from '@shared/miss-reasons'
import { lookOf, requestResults } from '@shared/request-results'
import { rowOf } from '@shared/rows'
import { formatCount } from '../../format'

/** How far back the log of the server reaches. */
export type RequestReach = Pick<RequestList, 'since' | 'dropped'>

export function nameOfResult(result: string): string {
  return rowOf(requestResults, result)?.label ?? result
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

/** Names what came of a request, with the reason where the name does not say it. */
export function describeResult(record: RequestRecord): string {
  const { result, reason } = record
  const row = lookOf(record)
  const name = row?.label ?? result
  return reason === null || (row && !row.told && result !== 'miss') ? name : `${name} · ${reason}`
}

/** Explains the result of a request in a sentence. */
export function explainResult(record: RequestRecord): string {
  const { result, reason, detail, status } = record
  const row = lookOf(record)
  if (!row || row.told)
    return ended(`${row?.label ?? result}: ${detail ?? rowOf(errorRegistry, reason)?.title ?? reason ?? status}`)
  if (result === 'miss') {
    const text = rowOf(missReasons, reason) ?? reason ?? 'no reason was given'
    return `${row.meaning}: ${text.charAt(0).toLowerCase()}${text.slice(1)}.`
  }
  return status === 304 ? `${row.meaning}; the client already had it.` : `${row.meaning}.`
}

function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`
}

/**
 * How far back the list reaches, in a sentence; `oldest` is the time of its oldest request. Empty
 * while nobody knows.
 */
export function explainReach(reach: RequestReach | null, extent: Extent, oldest: string | null): string {
  const second = (at: string): string => clockTime(at).slice(0, 8)
  if (extent !== 'start') {
    return oldest === null
      ? ''
      : `Reaches back to ${second(oldest)}${extent === 'reading' ? '; reading older ones …' : '.'}`
  }
  if (reach === null)
    return ''
  const { since, dropped } = reach
  if (since === null || dropped === 0)
    return 'Reaches back to the start of the server.'
  const gone = dropped === 1 ? 'An older one is gone.' : `${formatCount(dropped)} older ones are gone.`
  return `Reaches back to ${second(since)}. ${gone}`
}

/** Formats the time of day to the millisecond, in the local time zone: `14:03:07.123`. */
export function clockTime(at: string): string {
  const time = new Date(at)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' })

/** Formats date and time in words. */
export function exactTime(at: string): string {
  return exact.format(new Date(at))
}
