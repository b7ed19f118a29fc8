import { Buffer, isUtf8 } from 'node:buffer'
import { brokenAt } from './fault'

/** Text of UTF-8 bytes. Throws FormatFault naming the first wrong byte. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes))
    throw brokenAt(firstWrong(bytes), 'is not UTF-8')
  return bufferOf(bytes).toString()
}

/** The first byte of the first character that is wrong or cut off. */
function firstWrong(bytes: Uint8Array): number {
  let at = 0
  let step = bytes.length
  // A prefix that ends within a character is not UTF-8 either: shrink until one byte is left.
  while (step >= 1) {
    const next = boundary(bytes, Math.min(bytes.length, at + step))
    if (next > at && isUtf8(bytes.subarray(at, next)))
      at = next
    else
      step = Math.floor(step / 2)
  }
  return at
}

/** The start of the character that a place is in. */
function boundary(bytes: Uint8Array, place: number): number {
  let at = place
  for (let back = 0; back < 3 && at < bytes.length && at > 0 && ((bytes[at] as number) & 0xC0) === 0x80; back++)
    at--
  return at
}

/** The same bytes as a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
