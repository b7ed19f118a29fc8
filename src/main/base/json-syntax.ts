import { limits } from '@shared/limits'

const quote = 0x22
const comma = 0x2C
const colon = 0x3A
const backslash = 0x5C

/**
 * Whether UTF-8 bytes are one JSON text (RFC 8259) that nests no deeper than `limits.jsonDepth`.
 * Makes one pass and no objects: parsing sixteen megabytes of small arrays would take seconds. Does
 * not check that the bytes are UTF-8.
 */
export function isJson(bytes: Uint8Array): boolean {
  return jsonFault(bytes) === undefined
}

/** The byte at which they are not, as `isJson` looks at them; undefined if they are. */
export function jsonFault(bytes: Uint8Array): number | undefined {
  /** For each open bracket, whether it belongs to an object. */
  const objects = new Uint8Array(limits.jsonDepth + 1)
  let depth = 0
  let at = skipSpace(bytes, 0)
  /** Whether a value comes next, rather than the `,` or bracket after one. */
  let wantsValue = true
  for (;;) {
    const byte = bytes[at]
    if (wantsValue) {
      if (byte === 0x5B || byte === 0x7B) {
        if (++depth > limits.jsonDepth)
          return at
        objects[depth] = byte === 0x7B ? 1 : 0
        at = skipSpace(bytes, at + 1)
        if (bytes[at] === byte + 2) {
          wantsValue = false
          continue
        }
        at = objects[depth] ? skipName(bytes, at) : at
      }
      else {
        at = skipSpace(bytes, skipScalar(bytes, at))
        wantsValue = false
      }
      if (at < 0)
        return placeOf(at)
      continue
    }
    if (depth === 0)
      return at === bytes.length ? undefined : at
    if (byte === (objects[depth] ? 0x7D : 0x5D)) {
      depth--
      at = skipSpace(bytes, at + 1)
    }
    else if (byte === comma) {
      at = skipSpace(bytes, at + 1)
      at = objects[depth] ? skipName(bytes, at) : at
      if (at < 0)
        return placeOf(at)
      wantsValue = true
    }
    else {
      return at
    }
  }
}

/** RFC 8259 §2. */
function skipSpace(bytes: Uint8Array, at: number): number {
  while (bytes[at] === 0x20 || bytes[at] === 0x0A || bytes[at] === 0x0D || bytes[at] === 0x09)
    at++
  return at
}

/** What is reported instead of an end for text that is invalid there: below 0. */
function broken(at: number): number {
  return -1 - at
}

function placeOf(end: number): number {
  return -1 - end
}

/** Skips a member's name and its colon. */
function skipName(bytes: Uint8Array, at: number): number {
  const end = bytes[at] === quote ? skipSpace(bytes, skipString(bytes, at)) : broken(at)
  return bytes[end] === colon ? skipSpace(bytes, end + 1) : end < 0 ? end : broken(end)
}

function skipScalar(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case quote: return skipString(bytes, at)
    case 0x74: return skipWord(bytes, at, 'true')
    case 0x66: return skipWord(bytes, at, 'false')
    case 0x6E: return skipWord(bytes, at, 'null')
    default: return skipNumber(bytes, at)
  }
}

function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let index = 0; index < word.length; index++) {
    if (bytes[at + index] !== word.charCodeAt(index))
      return broken(at)
  }
  return at + word.length
}

/** Skips a string, from its opening quote to after its closing one (RFC 8259 §7). */
function skipString(bytes: Uint8Array, at: number): number {
  for (at++; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === quote)
      return at + 1
    if (byte < 0x20)
      return broken(at)
    if (byte !== backslash)
      continue
    const escaped = bytes[++at]
    if (escaped === 0x75) {
      for (const end = at + 4; at < end;) {
        if (!isHex(bytes[++at]))
          return broken(at)
      }
    }
    else if (escaped === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(escaped))) {
      return broken(at)
    }
  }
  return broken(bytes.length)
}

/** RFC 8259 §6. */
function skipNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === 0x2D ? start + 1 : start
  const whole = skipDigits(bytes, at)
  if (whole === at || (bytes[at] === 0x30 && whole > at + 1))
    return broken(at)
  at = whole
  if (bytes[at] === 0x2E) {
    const fraction = skipDigits(bytes, at + 1)
    if (fraction === at + 1)
      return broken(fraction)
    at = fraction
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1] === 0x2B || bytes[at + 1] === 0x2D ? at + 2 : at + 1
    at = skipDigits(bytes, sign)
    if (at === sign)
      return broken(sign)
  }
  return at
}

function skipDigits(bytes: Uint8Array, at: number): number {
  while (isDigit(bytes[at]))
    at++
  return at
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function isHex(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}
