import type { RedisCommandSpec } from '@shared/redis/spec'
import type { Buffer } from 'node:buffer'
import { integerOf } from './numbers'

/** Whether a command has words that are keys. */
export function hasKeys({ keys, keyCount }: RedisCommandSpec): boolean {
  return keys !== undefined || keyCount !== undefined
}

/**
 * The words of a command that are its keys.
 *
 * @param words all of them, with the command's name and part
 * @returns undefined if the word that counts them does not
 */
export function keysOfCommand({ keys, keyCount }: RedisCommandSpec, words: readonly Buffer[]): Buffer[] | undefined {
  if (keyCount !== undefined)
    return countedKeys(words, keyCount)
  if (keys === undefined)
    return []
  const last = keys.last < 0 ? words.length + keys.last : keys.last
  return words.filter((_, index) => index >= keys.first && index <= last && (index - keys.first) % keys.step === 0)
}

function countedKeys(words: readonly Buffer[], at: number): Buffer[] | undefined {
  const counted = words[at]
  const count = counted && integerOf(counted)
  const follow = words.slice(at + 1)
  return count === undefined || count < 1n || count > BigInt(follow.length)
    ? undefined
    : follow.slice(0, Number(count))
}
