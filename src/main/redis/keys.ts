import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { CommandFault } from './reply'

const beyondAscii = /[\x80-\xFF]/

/** The key that these bytes are. Throws CommandFault if they are none, or too many. */
export function readRedisKey(bytes: Buffer): string {
  if (bytes.length === 0 || bytes.length > limits.entryKey)
    throw new CommandFault(`ERR the key must have 1 to ${limits.entryKey} bytes`)
  const text = bytes.toString('latin1')
  return beyondAscii.test(text) ? decodeKey(bytes) : text
}

/** The bytes of a key. */
export function writeRedisKey(key: string): Buffer {
  const bytes = encodeKey(key)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
