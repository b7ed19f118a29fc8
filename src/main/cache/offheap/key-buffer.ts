import { encodeKey } from '@shared/entry-key'

/**
 * Bytes of the longest key. The API limits keys to 1 KiB; this is the most that 12 bits of a
 * record's header can express.
 */
export const longestKey = 4095

/** The key that is being looked up, as bytes and as hash. */
export interface KeyBuffer {
  /** Loads a key; returns false and changes nothing if it is longer than `longestKey`. */
  load: (key: string) => boolean
  readonly length: number
  readonly hash: number
  readonly bytes: Uint8Array
  /** The same bytes, four at a time. */
  readonly words: Uint32Array
}

/** Different in every process, so that nobody can prepare keys that collide. */
const seed = Math.floor(Math.random() * 2 ** 32)

/**
 * A 32-bit hash of bytes: FNV-1a with a seed, mixed at the end by MurmurHash3's finaliser, because
 * the index uses bits from all positions.
 */
export function hashBytes(bytes: Uint8Array, start: number, length: number): number {
  let hash = seed
  for (let at = start; at < start + length; at++)
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return mix(hash)
}

/** Like `hashBytes`, but over the UTF-16 units of a text whose bytes are not available. */
export function hashUnits(text: string): number {
  let hash = seed
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash)
}

function mix(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85EBCA6B)
  hash = Math.imul(hash ^ (hash >>> 13), 0xC2B2AE35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Remembers the last key, so that a write, which first looks up and then stores, encodes it only
 * once.
 */
export function createKeyBuffer(): KeyBuffer {
  const buffer = Buffer.allocUnsafeSlow(longestKey + 1)
  let loaded: string | undefined

  /**
   * Writes a key that consists only of ASCII characters, as most do; returns false at the first
   * other character.
   */
  function writeAscii(key: string): boolean {
    for (let at = 0; at < key.length; at++) {
      const unit = key.charCodeAt(at)
      if (unit > 127)
        return false
      buffer[at] = unit
    }
    return true
  }

  /** Writes any key; returns how many bytes it has. */
  function writeBytes(key: string): number {
    if (key.isWellFormed())
      return buffer.write(key)
    const bytes = encodeKey(key)
    buffer.set(bytes)
    return bytes.length
  }

  const key = {
    length: 0,
    hash: 0,
    bytes: buffer,
    words: new Uint32Array(buffer.buffer, 0, (longestKey + 1) / 4),
    load(text: string) {
      if (text === loaded)
        return true
      if (text.length > longestKey || (text.length * 3 > longestKey && encodeKey(text).length > longestKey))
        return false
      key.length = writeAscii(text) ? text.length : writeBytes(text)
      key.hash = hashBytes(buffer, 0, key.length)
      loaded = text
      return true
    },
  }
  return key
}
