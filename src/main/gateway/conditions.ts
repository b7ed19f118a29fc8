import type { Fields } from '../base/http-caching/fields'
import { readDate } from '../base/http-caching/dates'
import { fieldValues, wholeField } from '../base/http-caching/fields'

/** Whether a condition of the request says that its sender has this answer (RFC 9110 §13.2.2). */
export function isUnchanged(request: Fields, answer: Fields): boolean {
  const tags = wholeField(request, 'if-none-match')
  if (tags !== undefined) {
    const [own] = fieldValues(answer, 'etag')
    return tags.trim() === '*' || (own !== undefined && [...tagsOf(tags)].includes(opaque(own)))
  }
  const since = readDate(fieldValues(request, 'if-modified-since')[0])
  const changed = readDate(fieldValues(answer, 'last-modified')[0] ?? fieldValues(answer, 'date')[0])
  return since !== undefined && changed !== undefined && changed <= since
}

/** Entity tags without their weakness, as they are compared here (§8.8.3.2). */
function* tagsOf(list: string): Iterable<string> {
  for (const [tag] of list.matchAll(/(?:W\/)?"[^"]*"|[^\s,]+/g))
    yield opaque(tag)
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '')
}

/** Fields that make a request conditional; where a cache asks for itself, it puts in its own. */
export const conditionalFields: ReadonlySet<string> = new Set([
  ...['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range'],
])

/** Asks whether an answer is still the one that is held (RFC 9111 §4.3.1). */
export function validatorsOf(answer: Fields): string[] {
  const [tag] = fieldValues(answer, 'etag')
  const [modified] = fieldValues(answer, 'last-modified')
  return [
    ...tag === undefined ? [] : ['If-None-Match', tag],
    ...modified === undefined ? [] : ['If-Modified-Since', modified],
  ]
}

/** The part of a whole body that a request wants (RFC 9110 §14). */
interface ByteRange { from: number, to: number }

/**
 * Null where all of it is to be sent: no range, several, or of another answer. `unsatisfiable` asks
 * for 416.
 */
export function rangeOf(request: Fields, answer: Fields, length: number): ByteRange | 'unsatisfiable' | null {
  const [text] = fieldValues(request, 'range')
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '') || !isSame(request, answer))
    return null
  if (first === '') {
    const most = Number(last)
    return most === 0 || length === 0 ? 'unsatisfiable' : { from: Math.max(0, length - most), to: length - 1 }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from)
    return null
  return from >= length ? 'unsatisfiable' : { from, to: Math.min(length - 1, last === '' ? length - 1 : Number(last)) }
}

/** If-Range compares strongly (§13.1.5). */
function isSame(request: Fields, answer: Fields): boolean {
  const [wanted] = fieldValues(request, 'if-range')
  if (wanted === undefined)
    return true
  const [own = ''] = fieldValues(answer, wanted.includes('"') ? 'etag' : 'last-modified')
  return wanted === own && !own.startsWith('W/')
}
