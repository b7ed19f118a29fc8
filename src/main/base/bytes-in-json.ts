import type { Buffer } from 'node:buffer'
import { isUtf8 } from 'node:buffer'

/** Bytes in a piece; a multiple of 3, so that base64 needs no padding in between. */
const pieceBytes = 48 * 1024
/** Largest number of bytes after the first one of a character (RFC 3629 §3). */
export const mostTrailing = 3

/**
 * The member `"text":"…"` if the value is UTF-8, otherwise `"base64":"…"`. Comes in pieces, because
 * a value of control characters takes six times its size as one text.
 */
export function* bytesInJson(value: Buffer): Generator<string, void> {
  const isText = isUtf8(value)
  yield isText ? '"text":"' : '"base64":"'
  yield* isText ? escapedPieces(value) : base64Pieces(value)
  yield '"'
}

/** UTF-8 text in pieces, unchanged. */
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
 * Returns `place` if a character begins there, otherwise the nearest place before it where one
 * does. Bytes that are not UTF-8 are cut anywhere.
 */
export function startOfCharacter(text: Buffer, place: number): number {
  for (let at = place; at >= place - mostTrailing; at--) {
    if (((text[at] ?? 0) & 0xC0) !== 0x80)
      return at
  }
  return place
}
