import { brokenAt } from '../fault'

/** Bytes that one byte of Snappy can stand for at most: a copy of 64 bytes takes two or three. */
const densest = 32

/**
 * Unpacks a raw Snappy block of which it is known how many bytes it holds. Throws FormatFault; its
 * place counts from the start of the block.
 */
export function unpackSnappy(packed: Uint8Array, size: number): Uint8Array {
  if (size > packed.length * densest)
    throw brokenAt(0, `begins a Snappy block that claims ${size} bytes, more than its own could hold`)
  const out = new Uint8Array(size)
  let at = 0
  let end = 0
  let told = 0
  for (let shift = 0; ; shift += 7) {
    const byte = packed[at++]
    if (byte === undefined || shift > 28)
      throw brokenAt(at, 'is within a Snappy block without a valid length')
    told += (byte & 0x7F) * 2 ** shift
    if (byte < 0x80)
      break
  }
  if (told !== size)
    throw brokenAt(0, `begins a Snappy block of ${told} bytes, where ${size} are expected`)

  const read = (count: number): number => {
    if (at + count > packed.length)
      throw brokenAt(at, 'is where a Snappy block breaks off')
    let number = 0
    for (let index = 0; index < count; index++)
      number += (packed[at++] as number) * 2 ** (8 * index)
    return number
  }

  while (at < packed.length) {
    const tag = read(1)
    if ((tag & 3) === 0) {
      const short = tag >> 2
      const length = (short < 60 ? short : read(short - 59)) + 1
      if (length > packed.length - at || length > size - end)
        throw brokenAt(at, 'begins a literal beyond the end of its Snappy block')
      out.set(packed.subarray(at, at + length), end)
      at += length
      end += length
      continue
    }
    const length = (tag & 3) === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const back = (tag & 3) === 1 ? (tag >> 5) * 256 + read(1) : read((tag & 3) === 2 ? 2 : 4)
    if (back === 0 || back > end || length > size - end)
      throw brokenAt(at, 'ends a copy from outside its Snappy block')
    repeat(out, end, back, length)
    end += length
  }
  if (end !== size)
    throw brokenAt(at, `is where a Snappy block ends after ${end} of ${size} bytes`)
  return out
}

/** Copies what lies `back` bytes before; the copy may run into itself, and then repeats. */
export function repeat(out: Uint8Array, end: number, back: number, length: number): void {
  if (back >= length) {
    out.copyWithin(end, end - back, end - back + length)
    return
  }
  for (let index = end; index < end + length; index++)
    out[index] = out[index - back] as number
}
