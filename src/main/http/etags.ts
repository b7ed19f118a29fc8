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

const list = /^\s*(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*)*$/

/**
 * Whether If-None-Match names this version (weak comparison, RFC 9110 §13.1.2). Throws
 * `invalid-input` if it is malformed.
 */
export function noneMatchNames(header: string, version: number): boolean {
  if (header.trim() === '*')
    return true
  if (!list.test(header))
    throw invalidField('If-None-Match', 'must be * or quoted ETags')
  return header.includes(etagOf(version))
}

/** Whether If-Match names this version. Throws `invalid-input` if it is malformed. */
export function matchNames(header: string, version: number): boolean {
  const versions = parseIfMatch(header)
  return versions === 'any' || versions.includes(version)
}

/**
 * Versions that If-Match names (strong comparison, RFC 9110 §13.1.1: weak ones never match).
 * Unknown tags match nothing.
 */
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
