import type { Buffer } from 'node:buffer'
import { isUtf8 } from 'node:buffer'
import { base64Pieces, escapedPieces, textPieces } from '../../base/bytes-in-json'
import { isJson } from '../../base/json-syntax'

/**
 * A value that is not JSON, for clients of the classic API, which only know JSON: text becomes a
 * JSON string, other bytes a data URL in a string (RFC 2397). Comes in pieces, because text may
 * take six times the size of its bytes.
 */
export function* jsonString(value: Buffer, contentType: string): Generator<string, void> {
  yield '"'
  if (isUtf8(value)) {
    yield* escapedPieces(value)
  }
  else {
    yield JSON.stringify(`data:${contentType};base64,`).slice(1, -1)
    yield* base64Pieces(value)
  }
  yield '"'
}

/**
 * Any value, for a place inside other JSON. A value that only claims to be JSON must not break the
 * list around it.
 */
export function embeddedJson(value: Buffer, contentType: string): Generator<string, void> {
  return isJsonType(contentType) && isJson(value) ? textPieces(value) : jsonString(value, contentType)
}

/** `application/json` and the `+json` structured suffix (RFC 6839 §3.1). */
export function isJsonType(contentType: string): boolean {
  return /^[\w.+-]+\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)
}
