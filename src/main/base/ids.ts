import { randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Bytes as base62 text, left-padded so that inputs of equal length give outputs of equal length.
 */
function base62(bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  let text = ''
  while (number > 0n) {
    text = alphabet[Number(number % 62n)] + text
    number /= 62n
  }
  // log(256) / log(62) ≈ 1.344 digits per byte.
  return text.padStart(Math.ceil(bytes.length * 1.3436), '0')
}

/** Returns a random id of 12 letters and digits (64 bits): unique without any coordination. */
export function randomId(): string {
  return base62(randomBytes(8)).slice(-12).padStart(12, '0')
}

/** Returns a random secret of `bytes` bytes as base62 text. */
export function randomSecret(bytes = 32): string {
  return base62(randomBytes(bytes))
}
