import type { RequestRecord } from './record-ring'
import { errorRegistry } from '../../../../shared/errors'

/** How results are called, in the order in which they are counted up; those of other names follow as they are. */
export const resultNames: Readonly<Record<string, string>> = {
  hit: 'Hit',
  stale: 'Stale',
  miss: 'Miss',
  stored: 'Stored',
  dropped: 'Deleted',
  ok: 'OK',
  off: 'Off',
  refused: 'Refused',
  error: 'Error',
}

export function nameOfResult(result: string): string {
  return Object.hasOwn(resultNames, result) ? resultNames[result] ?? result : result
}

const missReasons: Readonly<Record<string, string>> = {
  absent: 'nothing was stored under this key',
  expired: 'it had expired',
  evicted: 'it had been evicted',
  flushed: 'the cache had been cleared',
  invalidated: 'it had been invalidated',
  disabled: 'caching was off',
}

/** What happened, in a sentence. */
export function explainResult({ result, reason, status }: RequestRecord): string {
  switch (result) {
    case 'hit':
      return status === 304 ? 'Found fresh; the client already had it.' : 'Found fresh.'
    case 'stale':
      return 'Found expired, within its grace time.'
    case 'miss':
      return `Not found: ${own(missReasons, reason) ?? reason ?? 'no reason was given'}.`
    case 'stored':
      return 'Stored.'
    case 'dropped':
      return 'Deleted.'
    case 'ok':
      return 'Answered.'
    default:
      return `${nameOfResult(result)}: ${own(errorRegistry, reason)?.title ?? reason ?? status}.`
  }
}

/** The time of day to the millisecond, in the person's zone: `14:03:07.123`. */
export function clockTime(at: string): string {
  const time = new Date(at)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' })

/** Day and time in words. */
export function exactTime(at: string): string {
  return exact.format(new Date(at))
}

function own<T>(table: Readonly<Record<string, T>>, name: string | null): T | undefined {
  return name !== null && Object.hasOwn(table, name) ? table[name] : undefined
}
