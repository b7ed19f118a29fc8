import type { Hit, WriteOptions } from '../../serving/ports'
import type { Exchange } from '../exchange'
import { LarderError } from '@shared/errors'
import { etagOf, matchNames, noneMatchNames, parseIfMatch } from '../etags'
import { send } from '../exchange'

/** Answers a hit, after its preconditions in the order of RFC 9110 §13.2.2. */
export function answerHit(exchange: Exchange, hit: Hit, headers: string[]): void {
  const { ifMatch, ifNoneMatch } = exchange.head
  if ((ifMatch !== null || ifNoneMatch !== null) && checkTag(exchange, etagOf(hit.version)))
    send(exchange, 304, headers)
  else
    send(exchange, 200, headers, hit.value)
}

/**
 * Whether the client has what this tag names already. Throws LarderError `precondition-failed` if
 * it wants what another tag names, and `invalid-input` for malformed preconditions.
 */
export function checkTag({ head: { ifMatch, ifNoneMatch } }: Exchange, etag: string): boolean {
  if (ifMatch !== null && !matchNames(ifMatch, etag))
    throw new LarderError('precondition-failed', 'The entry is not the one that If-Match names.')
  return ifNoneMatch !== null && noneMatchNames(ifNoneMatch, etag)
}

/**
 * The versions that If-Match names, for calls of a cache. Throws `invalid-input` if it is
 * malformed.
 */
export function ifVersionOf({ head: { ifMatch } }: Exchange): WriteOptions['ifVersion'] {
  return ifMatch === null ? undefined : parseIfMatch(ifMatch)
}

export function changed(): LarderError {
  return new LarderError('precondition-failed', 'The entry has changed.')
}
