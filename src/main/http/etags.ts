import { invalidField } from '@shared/errors'

const million = 1_000_000
/** Beginning of the last tag that was made; consecutive versions share it. */
let upper = -1
let beginning = ''

/**
 * A version as strong ETag (RFC 9110 §8.8.3): it changes with every write and never comes back.
 * Each hit makes one, so speed matters: decimal, because V8 takes three times as long to write
 * numbers of this size in any other base, and in two parts, because V8 writes numbers below 2^31
 * one and a half times as fast.
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
  return low < million / 10 ? `${beginning}${String(low).padStart(6, '0')}"` : `${beginning}${low}"`
}

/** The tag of the same version in another format, which is another representation. */
export function etagOfFormat(version: number, format: string): string {
  return `${etagOf(version).slice(0, -1)}-${format}"`
}

const list = /^\s*(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*)*$/

/**
 * Whether If-None-Match names this tag (weak comparison, RFC 9110 §13.1.2). Throws `invalid-input`
 * if it is malformed.
 */
export function noneMatchNames(header: string, etag: string): boolean {
  if (header.trim() === '*')
    return true
  if (!list.test(header))
    throw invalidField('If-None-Match', 'must be * or quoted ETags')
  return header.includes(etag)
}

/**
 * Whether If-Match names this tag (strong comparison, RFC 9110 §13.1.1). Throws `invalid-input` if
 * it is malformed.
 */
export function matchNames(header: string, etag: string): boolean {
  return parseIfMatch(header) === 'any' || [...tagsOf(header)].some(([, weak, tag]) => !weak && `"${tag}"` === etag)
}

function tagsOf(header: string): IterableIterator<RegExpExecArray> {
  return header.matchAll(/(W\/)?"([^"]*)"/g)
}

/**
 * Versions that If-Match names (strong comparison, RFC 9110 §13.1.1: weak ones never match).
 * Unknown tags match nothing. Throws LarderError `invalid-input` about `field`.
 */
export function parseIfMatch(header: string, field = 'If-Match'): number[] | 'any' {
  if (header.trim() === '*')
    return 'any'
  if (!list.test(header))
    throw invalidField(field, 'must be * or quoted ETags')
  const versions: number[] = []
  for (const [, weak, tag] of tagsOf(header)) {
    if (!weak && /^[1-9]\d{0,15}$/.test(tag as string))
      versions.push(Number(tag))
  }
  return versions
}
