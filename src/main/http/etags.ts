import { invalidField } from '../../shared/errors'

/**
 * A version as strong ETag (RFC 9110 §8.8.3): it changes with every write and never comes back. In decimal, because each hit makes one: V8
 * writes numbers of this size in any other base three times as slowly.
 */
export function etagOf(version: number): string {
  return `"${version}"`
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
