import type { ReadableFile } from '../../src/main/base/readable-file'
import { Buffer } from 'node:buffer'

/** So few bytes are never split. */
const least = 16

/**
 * A file in memory.
 *
 * @param most the most bytes of a part, so that anything may be cut in two
 */
export function readable(content: string | Buffer, most = Infinity): ReadableFile {
  const data = Buffer.from(content)
  return {
    bytes: data.length,
    read: async (from, length) => data.subarray(from, from + (length < least ? length : Math.min(length, most))),
  }
}
