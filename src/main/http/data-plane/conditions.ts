import type { Hit, WriteOptions } from '../../serving/ports'
import type { Exchange } from '../exchange'
import { LarderError } from '@shared/errors'
import { matchNames, noneMatchNames, parseIfMatch } from '../etags'
import { send } from '../exchange'

/** Answers a hit, after its preconditions in the order of RFC 9110 §13.2.2. */
export function answerHit(exchange: Exchange, hit: Hit, headers: string[]): void {
  const { ifMatch, ifNoneMatch } = exchange.head
  if (ifMatch !== null && !matchNames(ifMatch, hit.version))
    throw new LarderError('precondition-failed', 'The entry is not the one that If-Match names.')
  if (ifNoneMatch !== null && noneMatchNames(ifNoneMatch, hit.version))
    send(exchange, 304, headers)
  else
    send(exchange, 200, headers, hit.value)
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
