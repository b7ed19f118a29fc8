import { Buffer } from 'node:buffer'
import { isJson } from './json-syntax'

/**
 * A value as JSON for clients of the classic API, which know nothing else: JSON as stored, text as a JSON string, other bytes as a
 * data URL in a string.
 */
export function toJsonValue(value: Buffer, contentType: string): Buffer {
  return isJsonType(contentType) ? value : Buffer.from(JSON.stringify(toText(value, contentType)))
}

/** The same for a place inside other JSON: what only claims to be JSON must not break the list around it. */
export function toEmbeddedJson(value: Buffer, contentType: string): string {
  return isJsonType(contentType) && isJson(value) ? value.toString() : JSON.stringify(toText(value, contentType))
}

/** `application/json` and the `+json` structured suffix (RFC 6839 §3.1). */
export function isJsonType(contentType: string): boolean {
  return /^[\w.+-]+\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)
}

function toText(value: Buffer, contentType: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  }
  catch {
    // Not UTF-8: RFC 2397.
    return `data:${contentType};base64,${value.toString('base64')}`
  }
}
