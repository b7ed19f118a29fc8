import { callOperations } from '@shared/call-operations'
import { errorRegistry } from '@shared/errors'
import { faceNames } from '@shared/faces'
import { missReasonNames } from '@shared/miss-reasons'
import { redisDataCommands, shownCommand } from '@shared/redis/commands'
import { requestResultNames, senders } from '@shared/request-results'
import { namesOf } from '@shared/rows'

/** The number of null. */
const nothing = 0
/** The number of a word that no table has. It is spelled out beside the record. */
export const unknownWord = 255

/**
 * What nearly all records say with the same few words, from the tables: each has a number of one
 * byte.
 */
const words = [...new Set<string>([
  'GET',
  'HEAD',
  'PUT',
  'POST',
  'PATCH',
  'DELETE',
  'OPTIONS',
  ...redisDataCommands.map(shownCommand),
  ...namesOf(senders),
  ...faceNames,
  ...requestResultNames,
  ...missReasonNames,
  ...namesOf(callOperations),
  ...namesOf(errorRegistry),
])].slice(0, unknownWord - 1)

const numbers = new Map(words.map((word, index) => [word, index + 1]))

/** The number of a word, or `unknownWord`. */
export function numberOfWord(word: string | null): number {
  return word === null ? nothing : numbers.get(word) ?? unknownWord
}

/** The word of a number other than `unknownWord`. */
export function wordOfNumber(number: number): string | null {
  return number === nothing ? null : words[number - 1] ?? null
}
