import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'

/** Most bytes of a name in the file systems that matter. */
const longestName = 255

/**
 * Bytes that every file system keeps as they are. Anything else is written `%FF`, also a dot at the
 * beginning or the end and a space there, so that no key is `..`, hidden, or cut off by Windows.
 */
const alphabet = 'abcdefghijklmnopqrstuvwxyz'
const plain = new Set(Buffer.from(`${alphabet}${alphabet.toUpperCase()}0123456789 !#$&'()+,-.;=@[]^_\`{}~`))
const [dot, space] = Buffer.from('. ')

/** Names that are devices on Windows, whatever their ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** The file of a key: one name for each key, and none of them leaves the folder. */
export function fileOfKey(key: string): string | undefined {
  const bytes = encodeKey(key)
  const last = bytes.length - 1
  const name = [...bytes].map((byte, at) => {
    const atEdge = (byte === dot || byte === space) && (at === 0 || at === last)
    return plain.has(byte) && !atEdge ? String.fromCharCode(byte) : escaped(byte)
  }).join('').replace(device, found => escaped(found.charCodeAt(0)) + found.slice(1))
  return name.length <= longestName && name !== '' ? name : undefined
}

/** The key of a file; undefined if no key is written so. */
export function keyOfFile(name: string): string | undefined {
  const bytes = Buffer.from(name.replaceAll(/%([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1')
  const key = decodeKey(bytes)
  return fileOfKey(key) === name ? key : undefined
}

function escaped(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
