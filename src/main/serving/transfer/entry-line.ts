import type { Peek } from '../ports'
import { isUtf8 } from 'node:buffer'
import { base64Pieces, escapedPieces } from '../../base/bytes-in-json'

/** The types of values that an entry need not name: of text, and of other bytes. */
export const plainText = 'text/plain; charset=utf-8'
export const binary = 'application/octet-stream'

/** Bytes up to which a value is written as text: one of control characters takes six times them. */
const longestText = 32 * 1024 * 1024

/** What is left of an entry, in seconds with milliseconds. */
interface Times { ttl: number | null, givenTtl: number | null, grace: number, givenGrace: number }

/** The times of an entry as a snapshot has them; null if its life ends within this millisecond. */
function timesOf({ ttl, givenTtl, grace, givenGrace }: Times): Times | null {
  const rest = toMilliseconds(ttl)
  const served = toMilliseconds(grace)
  if (rest !== null && rest + served <= 0)
    return null
  return { ttl: rest, givenTtl: toMilliseconds(givenTtl), grace: served, givenGrace: toMilliseconds(givenGrace) }
}

/** Seconds with milliseconds. */
export function toMilliseconds<T extends number | null>(seconds: T): T {
  // Zero without a sign: JSON would not tell them apart, but a comparison does.
  return (seconds === null ? null : Math.round(seconds * 1000) / 1000 + 0) as T
}

/**
 * An entry as a line of a snapshot, in pieces. What has its default is left out, so that equal
 * entries have equal lines. Nothing if its life is over.
 */
export function* entryLine(cache: string, key: string, entry: Peek): Generator<string, void> {
  const times = timesOf(entry)
  if (times === null)
    return
  const { value, contentType, kind, flags, tags } = entry
  const { ttl, givenTtl, grace, givenGrace } = times
  const isText = value.length <= longestText && isUtf8(value)
  const rest = {
    ...contentType !== (isText ? plainText : binary) && { contentType },
    ...kind !== 'bytes' && { kind },
    ...flags !== 0 && { flags },
    ttl,
    ...givenTtl !== ttl && { givenTtl },
    ...(grace !== 0 || givenGrace !== 0) && { grace },
    ...givenGrace !== grace && { givenGrace },
    ...tags.length > 0 && { tags },
  }
  yield `{"cache":${JSON.stringify(cache)},"key":${JSON.stringify(key)},"value":{"${isText ? 'text' : 'base64'}":"`
  yield* isText ? escapedPieces(value) : base64Pieces(value)
  yield `"},${JSON.stringify(rest).slice(1)}\n`
}
