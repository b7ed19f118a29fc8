import { Buffer } from 'node:buffer'
import { splitRedisLine } from '@shared/redis/inline'

/**
 * The words of a line that a person has typed, as bytes; undefined if its quotes are wrong.
 *
 * @param line one character a byte
 */
export function splitInline(line: string): Buffer[] | undefined {
  return splitRedisLine(line)?.map(word => Buffer.from(word, 'latin1'))
}
