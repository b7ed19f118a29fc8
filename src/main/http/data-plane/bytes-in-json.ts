import type { Buffer } from 'node:buffer'
import { isUtf8 } from 'node:buffer'

/** Bytes to a piece; a multiple of 3, as base64 wants it. */
const pieceBytes = 48 * 1024
/** Bytes of a character behind its first one (RFC 3629 §3). */
const mostTrailing = 3

/**
 * The member `"text":"…"` of a value that is UTF-8, `"base64":"…"` of another one, in pieces: as
 * one text, a value of control characters takes six times its size.
 */
export function* bytesInJson(value: Buffer): Generator<string, void> {
  const isText = isUtf8(value)
  yield isText ? '"text":"' : '"base64":"'
  yield* isText ? escapedPieces(value) : base64Pieces(value)
  yield '"'
}

/** UTF-8 text as it is. */
export function* textPieces(text: Buffer): Generator<string, void> {
  for (let at = 0; at < text.length;) {
    const end = startOfCharacter(text, at + pieceBytes)
    yield text.toString('utf8', at, end)
    at = end
  }
}

/** UTF-8 text as the inside of a JSON string. */
export function* escapedPieces(text: Buffer): Generator<string, void> {
  for (const piece of textPieces(text))
    yield JSON.stringify(piece).slice(1, -1)
}

export function* base64Pieces(bytes: Buffer): Generator<string, void> {
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield bytes.toString('base64', at, at + pieceBytes)
}

/**
 * The place itself, or the one before it where a character begins; what is no UTF-8 is cut
 * anywhere.
 */
function startOfCharacter(text: Buffer, place: number): number {
  for (let at = place; at >= place - mostTrailing; at--) {
    if (((text[at] ?? 0) & 0xC0) !== 0x80)
      return at
  }
  return place
}
