import { crc32 } from 'node:zlib'
import { randomSecret } from '../base/ids'

/** Base62 of 32 bytes is always 43 characters; see `base62`. */
const shape = /^lk_([A-Za-z0-9]{1,32})_[A-Za-z0-9]{43}_[0-9a-f]{8}$/
const longest = 3 + 32 + 1 + 43 + 1 + 8
const checksumLength = 8

/**
 * Creates a secret for the API key `id`: `lk_<id>_<base62 of 32 random bytes>_<CRC32>`. The
 * checksum catches typing errors before anything is looked up, and lets secret scanners tell a key
 * from noise. The protection comes from the random part.
 */
export function createKeySecret(id: string): string {
  const body = `lk_${id}_${randomSecret(32)}_`
  return body + checksum(body)
}

/**
 * The id inside an API key, or undefined if the text is not one, for example because its shape or
 * checksum is wrong. Never throws.
 */
export function parseKeyId(text: string): string | undefined {
  if (text.length > longest)
    return undefined
  const id = shape.exec(text)?.[1]
  if (id === undefined)
    return undefined
  const body = text.slice(0, -checksumLength)
  return text.slice(-checksumLength) === checksum(body) ? id : undefined
}

/** CRC-32 of everything before it, as 8 lower-case hex digits. */
function checksum(body: string): string {
  return crc32(body).toString(16).padStart(checksumLength, '0')
}
