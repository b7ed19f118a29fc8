import { brokenAt } from '../fault'
import { varint } from './thrift-read'

/**
 * Reads `count` numbers of `width` bits that are runs of one number or packed bit by bit. A run is
 * cut to what is wanted before it is made. Throws FormatFault.
 */
export function readHybrid(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > 32)
    throw brokenAt(0, `begins numbers of ${width} bits`)
  const out = new Uint32Array(count)
  if (width === 0)
    return out
  const cursor = { bytes, at: 0 }
  for (let seen = 0; seen < count;) {
    const head = varint(cursor)
    if (head % 2 === 1) {
      const packed = Math.floor(head / 2) * 8
      const wanted = Math.min(packed, count - seen)
      if (Math.ceil(wanted * width / 8) > bytes.length - cursor.at)
        throw brokenAt(cursor.at, 'begins packed numbers that break off')
      unpackBits(bytes, cursor.at, width, out, seen, wanted)
      cursor.at += packed * width / 8
      seen += wanted
    }
    else {
      const size = Math.ceil(width / 8)
      if (size > bytes.length - cursor.at)
        throw brokenAt(cursor.at, 'begins a run that breaks off')
      let number = 0
      for (let index = 0; index < size; index++)
        number += (bytes[cursor.at++] as number) * 2 ** (8 * index)
      const end = Math.min(count, seen + head / 2)
      // Runs of nothing would go on for ever.
      if (end === seen)
        throw brokenAt(cursor.at, 'follows an empty run')
      out.fill(number, seen, end)
      seen = end
    }
  }
  return out
}

/** Numbers of up to 32 bits, the lowest bit first. */
function unpackBits(
  bytes: Uint8Array,
  start: number,
  width: number,
  out: Uint32Array,
  from: number,
  count: number,
): void {
  let at = start
  let held = 0
  let bits = 0
  const divisor = 2 ** width
  for (let index = from; index < from + count; index++) {
    while (bits < width) {
      held += (bytes[at++] ?? 0) * 2 ** bits
      bits += 8
    }
    out[index] = held % divisor
    held = Math.floor(held / divisor)
    bits -= width
  }
}
