import { Buffer, isUtf8 } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'

type TextOrBase64 = { text: string } | { base64: string }

/** Bytes as JSON carries them: as text where they are UTF-8 (RFC 3629), otherwise as base64. */
export function textOrBase64(bytes: Buffer): TextOrBase64 {
  return isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') }
}

/** The reverse, for what the schema has accepted. */
export function fromTextOrBase64(bytes: TextOrBase64): Buffer {
  if ('base64' in bytes)
    return Buffer.from(bytes.base64, 'base64')
  return bytes.text.isWellFormed() ? Buffer.from(bytes.text) : Buffer.from(encodeKey(bytes.text))
}
