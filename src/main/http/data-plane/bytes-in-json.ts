import type { Buffer } from 'node:buffer'
import { isUtf8 } from 'node:buffer'

/** Bytes to a piece; a multiple of 3, as base64 wants it. */
const pieceBytes = 48 * 1024

/**
 * The member `"text":"…"` of a value that is UTF-8, `"base64":"…"` of another one, in pieces: as one text, a value of
 * control characters takes six times its size.
 */
export function* bytesInJson(value: Buffer): Generator<string, void> {
  const isText = isUtf8(value)
  yield isText ? '"text":"' : '"base64":"'
  for (let at = 0; at < value.length;) {
    const end = isText ? startOfCharacter(value, at + pieceBytes) : at + pieceBytes
    yield isText ? JSON.stringify(value.toString('utf8', at, end)).slice(1, -1) : value.toString('base64', at, end)
    at = end
  }
  yield '"'
}

/** The place itself, or the one before it where a character of UTF-8 text begins (RFC 3629 §3). */
function startOfCharacter(text: Buffer, at: number): number {
  while (((text[at] ?? 0) & 0xC0) === 0x80)
    at--
  return at
}
