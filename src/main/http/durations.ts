import { durationForm, parseDuration } from '@shared/durations'
import { invalidField } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'

/**
 * Reads `90`, `90s`, `15m`, `2h`, `1d` as seconds, and `none` as null. Throws `invalid-input` that
 * names `field`.
 */
export function parseTtl(text: string, field: string): number | null {
  if (text === 'none')
    return null
  const seconds = parseDuration(text)
  if (!(seconds > 0))
    throw invalidField(field, 'must be a positive time such as 90, 90s, 15m or 2h, or none')
  if (seconds > limits.ttl)
    throw invalidField(field, `must be at most ${grouped(limits.ttl)} seconds`)
  return seconds
}

/**
 * Reads a time as `parseTtl` does, except that it may be 0 and not none: how long stale answers are
 * allowed.
 */
export function parseGrace(text: string, field: string): number {
  const seconds = parseDuration(text)
  if (Number.isNaN(seconds))
    throw invalidField(field, `must be ${durationForm}`)
  if (seconds > limits.ttl)
    throw invalidField(field, `must be at most ${grouped(limits.ttl)} seconds`)
  return seconds
}

/** The same for a TTL that an entry was given, which is 0 for one that was stored stale. */
export function parseTtlOrZero(text: string, field: string): number | null {
  return parseDuration(text) === 0 ? 0 : parseTtl(text, field)
}

/** The same for what is left of a TTL as a peek tells it: below 0 it ended so long ago. */
export function parseLeft(text: string, field: string): number | null {
  return text.startsWith('-') ? -parseGrace(text.slice(1), field) : parseTtlOrZero(text, field)
}

/** Directives in the Cache-Control of a PUT; undefined if absent. */
interface StoreDirectives {
  /** Seconds. */
  maxAge: number | undefined
  /** Seconds: the larger of stale-while-revalidate and stale-if-error (RFC 5861). */
  grace: number | undefined
}

/**
 * Reads the directives that Larder knows and ignores the others (RFC 9111 §5.2.3). Throws
 * `invalid-input` if a known one has a bad number.
 */
export function parseCacheControl(text: string): StoreDirectives {
  const found: StoreDirectives = { maxAge: undefined, grace: undefined }
  for (const directive of text.split(',')) {
    const [rawName = '', rawValue = ''] = directive.split('=', 2)
    const name = rawName.trim().toLowerCase()
    if (name === 'max-age')
      found.maxAge = deltaSeconds(rawValue, name)
    else if (name === 'stale-while-revalidate' || name === 'stale-if-error')
      found.grace = Math.max(found.grace ?? 0, deltaSeconds(rawValue, name))
  }
  return found
}

/**
 * Reads seconds (RFC 9111 §1.2.2), also in quotes, which §5.2 allows recipients to accept. Values
 * that are too large count as the largest.
 */
function deltaSeconds(text: string, directive: string): number {
  const digits = /^\s*"?(\d+)"?\s*$/.exec(text)
  if (!digits)
    throw invalidField('Cache-Control', `${directive} must be a whole number of seconds`)
  return Math.min(Number(digits[1]), limits.ttl)
}
