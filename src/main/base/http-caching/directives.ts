import type { Fields } from './fields'
import { wholeField } from './fields'

/** Directives by their names in lower case; `true` = without a value. */
export type Directives = ReadonlyMap<string, string | true>

/** A name, and perhaps a value that is a token or a quoted string (RFC 9111 §5.2). */
const directive = /([^\s,=";]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*)))?/g

/** Reads Cache-Control. Of a directive that is repeated the first counts (§4.2.1). */
export function readDirectives(text: string | undefined): Directives {
  const found = new Map<string, string | true>()
  for (const [, name = '', quoted, token] of (text ?? '').matchAll(directive)) {
    const key = name.toLowerCase()
    if (!found.has(key))
      found.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? token?.trim() ?? true)
  }
  return found
}

/** What delta-seconds are taken to be if they are larger (RFC 9111 §1.2.2). */
const mostSeconds = 2 ** 31

/**
 * Seconds of a directive; undefined without it. What is no number is 0: an answer with invalid
 * freshness counts as stale (RFC 9111 §4.2.1).
 */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name)
  if (value === undefined)
    return undefined
  return typeof value === 'string' && /^\d+$/.test(value) ? Math.min(mostSeconds, Number(value)) : 0
}

/** The kinds of a bare item of structured fields (RFC 9651 §3.3), numbers first. */
const item = [
  String.raw`-?\d{1,15}(?:\.\d{1,3})?`,
  String.raw`"(?:[\x20\x21\x23-\x5B\x5D-\x7E]|\\["\\])*"`,
  String.raw`[a-zA-Z*][\w!#$%&'*+\-.^|~:/]*`,
  String.raw`\?[01]`,
  ':[a-zA-Z0-9+/=]*:',
].join('|')
const key = String.raw`[a-z*][a-z0-9_\-.*]*`
/** A member of a dictionary; its parameters do not count (§3.2). */
const member = new RegExp(`^(${key})(?:=(${item}))?(?:; *${key}(?:=(?:${item}))?)*$`)

/** Undefined if it is no such dictionary; then the whole field does not count. */
function readDictionary(text: string): Directives | undefined {
  const found = new Map<string, string | true>()
  for (const part of text.split(',')) {
    const [, name, value] = member.exec(part.trim()) ?? []
    if (name === undefined)
      return undefined
    // A value of another type than the directive's does not count.
    if (value === undefined || value === '?1')
      found.set(name, true)
    else if (/^\d+$/.test(value))
      found.set(name, value)
  }
  return found
}

export interface CacheControl {
  directives: Directives
  /** It was meant for caches like this one, so Expires and Pragma do not count (RFC 9213 §2.1). */
  targeted: boolean
}

/** What an answer says to a shared cache near the origin: CDN-Cache-Control, or Cache-Control. */
export function controlOf(fields: Fields): CacheControl {
  const targeted = wholeField(fields, 'cdn-cache-control')
  const dictionary = targeted === undefined ? undefined : readDictionary(targeted)
  return dictionary !== undefined && dictionary.size > 0
    ? { directives: dictionary, targeted: true }
    : { directives: readDirectives(wholeField(fields, 'cache-control')), targeted: false }
}
