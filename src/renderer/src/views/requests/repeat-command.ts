import type { RequestRecord } from '@shared/schemas'
import type { RedisSnippet } from '../../snippets/redis'
import { isKey } from '@shared/entry-key'
import { redisCommands } from '@shared/redis/commands'
import { isRedisUser } from '@shared/redis/users'
import { redisWord } from '../../snippets/redis'
import { isWholeKey } from './repeat'

/** A logged command of Redis to send again, as far as the log contains it. */
interface RepeatedCommand {
  redis: RedisSnippet
  /** A sentence about what must be filled in; empty if nothing must. */
  lacks: string
}

const byName = new Map(Object.entries(redisCommands))

/**
 * Returns the command as far as its record contains it: its name and one key. Null if its key was
 * cut off, it is none that there is, or no client can name its cache.
 *
 * @param url where the server speaks the Redis protocol; null if it does not
 */
export function repeatedCommand(
  { face, method, cache, key }: RequestRecord,
  url: string | null,
): RepeatedCommand | null {
  const spec = byName.get(method.toLowerCase().replace(' ', '|'))
  if (face !== 'redis' || url === null || spec === undefined || (cache !== null && !isRedisUser(cache)))
    return null
  if (key !== null && !(isWholeKey(key) && isKey(key)))
    return null
  const [name = '', ...part] = method.split(' ')
  const words: RedisSnippet['words'] = [name, ...part, ...key === null ? [] : [redisWord(key)]]
  return { redis: { url, cache: cache ?? '', words }, lacks: lackOf(spec.arity, words.length) }
}

function lackOf(arity: number, words: number): string {
  if (arity === words)
    return ''
  const what = arity < 0 && words >= -arity ? 'more may be' : 'the rest is'
  return `The log keeps a command and one key: ${what} missing.`
}
