import type { RequestRecord } from '@shared/schemas'
import { errorRegistry } from '@shared/errors'
import { missReasons } from '@shared/miss-reasons'
import { requestResults } from '@shared/request-results'
import { rowOf } from '@shared/rows'

export function nameOfResult(result: string): string {
  return rowOf(requestResults, result)?.label ?? result
}

/** Returns the CSS classes of a result's mark and colour. A result of a newer server has none. */
export function classesOfResult(result: string): string[] {
  const row = rowOf(requestResults, result)
  return row ? [row.tone, ...row.full ? ['full'] : []] : []
}

/** Explains the result of a request in a sentence. */
export function explainResult({ result, reason, status }: RequestRecord): string {
  const row = rowOf(requestResults, result)
  if (!row || row.tone === 'failed')
    return `${nameOfResult(result)}: ${rowOf(errorRegistry, reason)?.title ?? reason ?? status}.`
  if (result === 'miss') {
    const text = rowOf(missReasons, reason) ?? reason ?? 'no reason was given'
    return `${row.meaning}: ${text.charAt(0).toLowerCase()}${text.slice(1)}.`
  }
  return status === 304 ? `${row.meaning}; the client already had it.` : `${row.meaning}.`
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
