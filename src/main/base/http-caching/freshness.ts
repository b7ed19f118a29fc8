import type { CacheControl } from './directives'
import type { Fields } from './fields'
import { readDate } from './dates'
import { secondsOf } from './directives'
import { fieldValues } from './fields'

/** An answer whose body is not needed to decide about it. */
export interface AnswerHead { status: number, fields: Fields }

/** Milliseconds of the wall clock: when the request went, and when the head of its answer came. */
export interface Exchanged { requested: number, received: number }

/** Statuses that may be held without being told so (RFC 9110 §15.1); 206 is not held here. */
const heuristicStatuses: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])
/** Of the time since it was changed, an answer counts as fresh for this part (RFC 9111 §4.2.2). */
const heuristicPart = 0.1
/** Seconds. */
const longestHeuristic = 86_400

/** Seconds for which an answer is fresh, from its making on; undefined if nothing says so. */
export function lifetimeOf(
  { status, fields }: AnswerHead,
  { directives, targeted }: CacheControl,
  { received }: Exchanged,
): number | undefined {
  const said = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age')
  if (said !== undefined)
    return said
  if (targeted)
    return undefined
  const date = dateOf(fields, received)
  const [expires] = fieldValues(fields, 'expires')
  if (expires !== undefined) {
    const end = readDate(expires)
    return end === undefined ? 0 : Math.max(0, (end - date) / 1000)
  }
  const [modified] = fieldValues(fields, 'last-modified')
  const changed = readDate(modified)
  if (changed === undefined || !(heuristicStatuses.has(status) || directives.has('public')))
    return undefined
  return Math.min(longestHeuristic, Math.max(0, (date - changed) / 1000 * heuristicPart))
}

/** Seconds that an answer had existed for when it came (RFC 9111 §4.2.3). */
export function initialAgeOf(fields: Fields, { requested, received }: Exchanged): number {
  const [age = ''] = (fieldValues(fields, 'age')[0] ?? '').split(',')
  const told = /^\s*\d+\s*$/.test(age) ? Number(age) : 0
  const apparent = Math.max(0, received - dateOf(fields, received)) / 1000
  return Math.max(apparent, told + Math.max(0, received - requested) / 1000)
}

function dateOf(fields: Fields, received: number): number {
  return readDate(fieldValues(fields, 'date')[0]) ?? received
}

/** Whether the origin must be asked before anything stale is served (RFC 9111 §4.2.4). */
export function mustRevalidate({ directives }: CacheControl): boolean {
  return ['must-revalidate', 'proxy-revalidate', 's-maxage', 'no-cache'].some(name => directives.has(name))
}
