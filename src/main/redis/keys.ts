import type { CommandWords } from './command-words'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { CommandFault } from './reply'

const beyondAscii = /[\x80-\xFF]/

/** The key that these bytes are. Throws CommandFault if they are none, or too many. */
export function readRedisKey(bytes: Buffer): string {
  const text = checkLength(bytes.toString('latin1'))
  return beyondAscii.test(text) ? decodeKey(bytes) : text
}

/** The same for a word of a command. */
export function readKeyWord(words: CommandWords, index: number): string {
  const text = checkLength(words.text(index))
  return beyondAscii.test(text) ? decodeKey(words.bytes(index)) : text
}

/** @param text one character a byte */
function checkLength(text: string): string {
  if (text.length === 0 || text.length > limits.entryKey)
    throw new CommandFault(`ERR the key must have 1 to ${limits.entryKey} bytes`)
  return text
}

/** The bytes of a key. */
export function writeRedisKey(key: string): Buffer {
  const bytes = encodeKey(key)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
