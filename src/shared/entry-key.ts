/**
 * Keys are bytes, but are represented as text inside Larder: UTF-8 is read as the text it encodes,
 * and any other byte b as the lone surrogate U+DC00 + b, as in Python (PEP 383). So each byte
 * sequence has exactly one spelling, and each spelling exactly one byte sequence.
 */
const escapeBase = 0xDC00
const percent = 0x25
/**
 * Source of a regular expression for one such half. With the flag `u` it does not match the second
 * half of a pair.
 */
export const byteSource = String.raw`[\uDC80-\uDCFF]`
const escapes = new RegExp(`(${byteSource})`, 'u')
const allEscapes = new RegExp(byteSource, 'gu')

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The only spelling of these bytes. */
export function decodeKey(bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  return text.includes('\uFFFD') ? decodeRuns(bytes) : text
}

function decodeRuns(bytes: Uint8Array): string {
  let text = ''
  let start = 0
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at)
    if (length === 0) {
      text += decoder.decode(bytes.subarray(start, at)) + String.fromCharCode(escapeBase + (bytes[at] as number))
      start = at + 1
    }
    at += Math.max(1, length)
  }
  return text + decoder.decode(bytes.subarray(start))
}

/**
 * The bytes of a key, or of a value that is given as text.
 *
 * @throws {RangeError} for a lone surrogate that represents no byte, which `isKey` detects
 */
export function encodeKey(key: string): Uint8Array {
  if (key.isWellFormed())
    return encoder.encode(key)
  const bytes = new Uint8Array(key.length * 3)
  let length = 0
  for (let at = 0; at < key.length; at++) {
    const point = key.codePointAt(at) as number
    if (isEscape(point))
      bytes[length++] = point - escapeBase
    else if (isHalf(point))
      throw new RangeError('Half a surrogate pair stands for no byte')
    else
      length = writeCharacter(bytes, length, point)
    at += point > 0xFFFF ? 1 : 0
  }
  return bytes.subarray(0, length)
}

/** Writes a code point as UTF-8 (RFC 3629 §3). Returns the index after it. */
function writeCharacter(bytes: Uint8Array, start: number, point: number): number {
  const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
  bytes[start] = more === 0 ? point : (0xFF00 >>> more + 1) & 0xFF | point >>> 6 * more
  for (let next = 1; next <= more; next++)
    bytes[start + next] = 0x80 | (point >>> 6 * (more - next)) & 0x3F
  return start + more + 1
}

/**
 * Whether a text is the only spelling of some bytes. Does not check whether it is too long, or
 * empty, for a key.
 */
export function isKey(text: string): boolean {
  if (text.isWellFormed())
    return true
  // Everything but escapes becomes zero, which neither begins nor continues a multi-byte character.
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) as number
    if (isEscape(point))
      bytes[at] = point - escapeBase
    else if (isHalf(point))
      return false
    at += point > 0xFFFF ? 1 : 0
  }
  // Escapes that form a character together would be another spelling of it.
  return bytes.every((byte, at) => byte === 0 || characterLength(bytes, at) === 0)
}

/** A key as it is typed into a filter: `\xFF` for a byte that is not part of UTF-8. */
export function typedKey(key: string): string {
  return key.isWellFormed() ? key : key.replaceAll(allEscapes, escape => `\\x${hexOf(escape)}`)
}

/**
 * Encodes a key for paths and queries; `%FF` for a byte that is not part of UTF-8. The key must
 * pass `isKey`.
 */
export function percentEncode(key: string): string {
  if (key.isWellFormed())
    return encodeURIComponent(key)
  return key
    .split(escapes)
    .map((part, index) => index % 2 === 0 ? encodeURIComponent(part) : `%${hexOf(part)}`)
    .join('')
}

/**
 * Decodes ASCII text from `percentEncode` or other percent-encoding; null if a `%` is not followed
 * by two hexadecimal digits.
 */
export function percentDecode(text: string): string | null {
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== percent) {
      bytes[length++] = code
      continue
    }
    const byte = hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2))
    if (Number.isNaN(byte))
      return null
    bytes[length++] = byte
    at += 2
  }
  return decodeKey(bytes.subarray(0, length))
}

/** Value of a hexadecimal digit, NaN for anything else. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39)
    return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN
}

/**
 * Returns where, in UTF-16 units, the prefix ends in a key whose bytes begin with those of the
 * prefix; -1 if they do not. A prefix may end within a character of the key; then the result is the
 * end of that character.
 */
export function prefixEnd(key: string, prefix: string): number {
  if (key.startsWith(prefix))
    return prefix.length
  // No character has more than three bytes before its last one.
  for (let cut = 1; cut <= 3 && isEscape(prefix.charCodeAt(prefix.length - cut)); cut++) {
    const start = prefix.length - cut
    const point = key.startsWith(prefix.slice(0, start)) ? key.codePointAt(start) ?? 0 : 0
    if (point < 0x80 || isHalf(point))
      continue
    const character = String.fromCodePoint(point)
    const bytes = encoder.encode(character)
    if (encodeKey(prefix.slice(start)).every((byte, at) => byte === bytes[at]))
      return start + character.length
  }
  return -1
}

export function hasPrefix(key: string, prefix: string): boolean {
  return prefixEnd(key, prefix) !== -1
}

/** The byte that a half surrogate stands for: two hexadecimal digits. */
export function hexOf(escape: string): string {
  return (escape.charCodeAt(0) - escapeBase).toString(16).toUpperCase()
}

function isEscape(point: number): boolean {
  return point >= 0xDC80 && point <= 0xDCFF
}

function isHalf(point: number): boolean {
  return point >= 0xD800 && point <= 0xDFFF
}

/** Length in bytes of the UTF-8 character that begins here; 0 if there is none (RFC 3629 §4). */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80)
    return 1
  if (first < 0xC2 || first > 0xF4)
    return 0
  const second = bytes[at + 1] ?? 0
  const least = first === 0xE0 ? 0xA0 : first === 0xF0 ? 0x90 : 0x80
  const most = first === 0xED ? 0x9F : first === 0xF4 ? 0x8F : 0xBF
  if (second < least || second > most)
    return 0
  const length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  for (let next = at + 2; next < at + length; next++) {
    if (((bytes[next] ?? 0) & 0xC0) !== 0x80)
      return 0
  }
  return length
}
