import type { Buffer } from 'node:buffer'
import { isUtf8 } from 'node:buffer'

/** Bytes as JSON carries them: as text where they are UTF-8 (RFC 3629), otherwise as base64. */
export function textOrBase64(bytes: Buffer): { text: string } | { base64: string } {
  return isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') }
}
