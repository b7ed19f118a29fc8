import { invalidField } from '../../shared/errors'

const million = 1_000_000
/** `000` to `999`, and the same with the quote that ends a tag. */
const thousands = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'))
const endings = thousands.map(digits => `${digits}"`)
/** Beginning of the tag made last: versions that follow each other share it. */
let upper = -1
let beginning = ''

/**
 * A version as strong ETag (RFC 9110 §8.8.3): it changes with every write and never comes back. In decimal, and put together from parts, because each hit makes
 * one: V8 remembers the text of some thousand numbers, and a million entries push each other out of that memory, which the garbage collector has to follow.
 */
export function etagOf(version: number): string {
  const high = Math.floor(version / million)
  if (high === 0)
    return `"${version}"`
  if (high !== upper) {
    upper = high
    beginning = `"${high}`
  }
  const low = version - high * million
  const thousand = Math.floor(low / 1000)
  return beginning + thousands[thousand] + endings[low - thousand * 1000]
}

const list = /^\s*(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*)*$/

/** Whether If-None-Match names this version (weak comparison, RFC 9110 §13.1.2). Throws `invalid-input` when it is malformed. */
export function noneMatchNames(header: string, version: number): boolean {
  if (header.trim() === '*')
    return true
  if (!list.test(header))
    throw invalidField('If-None-Match', 'must be * or quoted ETags')
  return header.includes(etagOf(version))
}

/** Versions that If-Match names (strong comparison, RFC 9110 §13.1.1: weak ones never match). Unknown tags simply match nothing. */
export function parseIfMatch(header: string): number[] | 'any' {
  if (header.trim() === '*')
    return 'any'
  if (!list.test(header))
    throw invalidField('If-Match', 'must be * or quoted ETags')
  const versions: number[] = []
  for (const [, weak, tag] of header.matchAll(/(W\/)?"([^"]*)"/g)) {
    if (!weak && /^[1-9]\d{0,15}$/.test(tag as string))
      versions.push(Number(tag))
  }
  return versions
}
