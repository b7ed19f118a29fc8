import type { Offsets, Sliced } from './slices'
import { createOffsets } from './slices'

/*
 * JSON is never parsed as a whole: a tree of 16 MB would freeze the page, and numbers beyond 2^53
 * and repeated members would be changed. One pass checks the grammar (RFC 8259); after that,
 * brackets and strings are enough to find the children of a value when it is opened.
 */

/** Steps between two pauses. */
const stride = 16_384

const quote = 0x22
const backslash = 0x5C
const openBrace = 0x7B
const closeBrace = 0x7D
const openBracket = 0x5B
const closeBracket = 0x5D
const comma = 0x2C
const colon = 0x3A

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0A || byte === 0x0D || byte === 0x09
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (isSpace(bytes[at]))
    at++
  return at
}

/** What is wrong at a place of a text that is not JSON. */
export type JsonFault =
  | 'value'
  | 'item'
  | 'name'
  | 'member'
  | 'colon'
  | 'after-item'
  | 'after-member'
  | 'end'
  | 'string'
  | 'control'
  | 'escape'
  | 'word'

/**
 * Returns the end of the string that begins here, with its quote. If it is not a string, returns
 * the bitwise complement of the place of the fault, which is negative.
 */
function* endOfString(bytes: Uint8Array, from: number): Sliced<number> {
  for (let at = from + 1, steps = 1; at < bytes.length; at++, steps++) {
    const byte = bytes[at] ?? 0
    if (byte === quote)
      return at + 1
    if (byte < 0x20)
      return ~at
    if (byte === backslash) {
      const escaped = bytes[++at] ?? 0
      if (escaped === 0x75) {
        for (const end = at + 4; at < end; at++) {
          if (!isHex(bytes[at + 1]))
            return ~Math.min(at + 1, bytes.length)
        }
      }
      else if (!escapes.has(escaped)) {
        return ~Math.min(at, bytes.length)
      }
    }
    if (steps % stride === 0)
      yield
  }
  return ~bytes.length
}

const escapes = new Set([...'"\\/bfnrt'].map(char => char.charCodeAt(0)))

function isHex(byte = 0): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

/** Returns the end of the number or word that begins here; -1 if it is neither. */
function endOfWord(bytes: Uint8Array, from: number): number {
  let end = from
  // No meaningful number is longer, so a longer one makes the text not worth a tree.
  while (end < bytes.length
    && end - from < 4096
    && !isSpace(bytes[end])
    && bytes[end] !== comma
    && bytes[end] !== closeBrace
    && bytes[end] !== closeBracket) {
    end++
  }
  const word = String.fromCharCode(...bytes.subarray(from, end))
  return /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word) ? end : -1
}

/** Whether the bytes are one JSON text. */
export function* isJsonText(bytes: Uint8Array): Sliced<boolean> {
  return (yield* findJsonFault(bytes)) === undefined
}

/**
 * Returns where and why the bytes are not one JSON text (RFC 8259); undefined if they are. `at` is
 * the offset of the byte that cannot follow. A level of nesting costs one byte and no stack frame.
 */
export function* findJsonFault(bytes: Uint8Array): Sliced<{ at: number, fault: JsonFault } | undefined> {
  let depth = 0
  let stack = new Uint8Array(256)
  let at = skipSpace(bytes, 0)
  /**
   * What may come next: a value, a first item or the end, a member, a first member or the end, or
   * whatever follows a value.
   */
  let wanted: 'value' | 'item' | 'name' | 'member' | 'after' = 'value'
  for (let steps = 1; ; steps++) {
    if (steps % stride === 0)
      yield
    const byte = bytes[at]
    if (wanted === 'after') {
      if (depth === 0)
        return at === bytes.length ? undefined : { at, fault: 'end' }
      const close = stack[depth - 1]
      if (byte === comma)
        wanted = close === closeBrace ? 'name' : 'value'
      else if (byte === close)
        depth--
      else
        return { at, fault: close === closeBrace ? 'after-member' : 'after-item' }
      at = skipSpace(bytes, at + 1)
      continue
    }
    if ((wanted === 'item' && byte === closeBracket) || (wanted === 'member' && byte === closeBrace)) {
      depth--
      wanted = 'after'
      at = skipSpace(bytes, at + 1)
      continue
    }
    if (wanted === 'name' || wanted === 'member') {
      if (byte !== quote)
        return { at, fault: wanted }
      const end: number = yield* endOfString(bytes, at)
      if (end < 0)
        return stringFault(bytes, ~end)
      at = skipSpace(bytes, end)
      if (bytes[at] !== colon)
        return { at, fault: 'colon' }
      at = skipSpace(bytes, at + 1)
      wanted = 'value'
      continue
    }
    if (byte === openBrace || byte === openBracket) {
      if (depth === stack.length) {
        const larger = new Uint8Array(stack.length * 2)
        larger.set(stack)
        stack = larger
      }
      stack[depth++] = byte === openBrace ? closeBrace : closeBracket
      wanted = byte === openBrace ? 'member' : 'item'
      at = skipSpace(bytes, at + 1)
      continue
    }
    const end: number = byte === quote ? yield* endOfString(bytes, at) : endOfWord(bytes, at)
    if (end < 0) {
      if (byte === quote)
        return stringFault(bytes, ~end)
      return { at, fault: isWordByte(byte) ? 'word' : wanted }
    }
    at = skipSpace(bytes, end)
    wanted = 'after'
  }
}

function stringFault(bytes: Uint8Array, at: number): { at: number, fault: JsonFault } {
  const byte = bytes[at]
  return { at, fault: byte === undefined ? 'string' : byte < 0x20 ? 'control' : 'escape' }
}

/** Whether a word that is no JSON may begin with this byte, which is no punctuation then. */
function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && byte !== comma && byte !== colon && byte !== closeBrace && byte !== closeBracket
}

/** The children of an object or array: the start of each, and for an object that of its name. */
export interface Children {
  readonly count: number
  readonly named: boolean
  /** Start of the name, which is a string. */
  name: (index: number) => number
  start: (index: number) => number
}

/** Lists the children of the object or array that begins at `from`, in bytes known to be JSON. */
export function* childrenOf(bytes: Uint8Array, from: number): Sliced<Children> {
  const named = bytes[from] === openBrace
  const names: Offsets = createOffsets()
  const starts: Offsets = createOffsets()
  let at = skipSpace(bytes, from + 1)
  for (let steps = 1; bytes[at] !== closeBrace && bytes[at] !== closeBracket; steps++) {
    if (steps % stride === 0)
      yield
    if (named) {
      names.push(at)
      at = skipSpace(bytes, skipSpace(bytes, yield* endOfString(bytes, at)) + 1)
    }
    starts.push(at)
    at = skipSpace(bytes, yield* endOfValue(bytes, at))
    if (bytes[at] === comma)
      at = skipSpace(bytes, at + 1)
  }
  return { count: starts.length, named, name: names.at, start: starts.at }
}

/**
 * Returns the end of the value that begins at `from`, in bytes known to be JSON; the end of the
 * bytes if they are cut off.
 */
function* endOfValue(bytes: Uint8Array, from: number): Sliced<number> {
  let depth = 0
  let at = from
  for (let steps = 1; ; steps++) {
    if (steps % stride === 0)
      yield
    if (at >= bytes.length)
      return bytes.length
    const byte = bytes[at]
    if (byte === quote) {
      at = yield* endOfString(bytes, at)
      // The string is cut off.
      if (at < 0)
        return bytes.length
    }
    else if (byte === openBrace || byte === openBracket) {
      depth++
      at++
    }
    else if (byte === closeBrace || byte === closeBracket) {
      depth--
      at++
    }
    else if (depth > 0) {
      at++
      continue
    }
    else {
      while (at < bytes.length
        && !isSpace(bytes[at])
        && bytes[at] !== comma
        && bytes[at] !== closeBrace
        && bytes[at] !== closeBracket) {
        at++
      }
    }
    if (depth === 0)
      return at
  }
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'word'

export function kindAt(bytes: Uint8Array, at: number): JsonKind {
  const byte = bytes[at] ?? 0
  if (byte === openBrace)
    return 'object'
  if (byte === openBracket)
    return 'array'
  if (byte === quote)
    return 'string'
  return byte === 0x2D || (byte >= 0x30 && byte <= 0x39) ? 'number' : 'word'
}

/** Whether the object or array that begins here is empty. */
export function isEmptyAt(bytes: Uint8Array, at: number): boolean {
  const next = bytes[skipSpace(bytes, at + 1)]
  return next === closeBrace || next === closeBracket
}

/** Returns the start of the value of a JSON text. */
export function rootOf(bytes: Uint8Array): number {
  return skipSpace(bytes, 0)
}

/**
 * Returns the text of the value at `at` as it was written, or its first `most` bytes. Objects and
 * arrays are put on one line.
 */
export function excerptAt(bytes: Uint8Array, at: number, most: number): string {
  const piece = bytes.subarray(at, at + most + 1)
  const end = runNow(endOfValue(piece, 0))
  const kind = kindAt(bytes, at)
  const text = new TextDecoder().decode(piece.subarray(0, Math.min(end, most)))
  const line = kind === 'object' || kind === 'array' ? text.replaceAll(/\s+/g, ' ') : text
  return end > most ? `${line.replace(/\uFFFD$/, '')}…` : line
}

/** Runs work to its end at once, for pieces so short that nobody notices. */
function runNow<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done)
      return value
  }
}
