import { brokenAt } from '../fault'
import { repeat } from './snappy'

/** Bytes that one byte of LZ4 can stand for at most. */
const densest = 255

/** What a block claims to hold, and more than which it could never. */
function checkSize(packed: Uint8Array, size: number): void {
  if (size > packed.length * densest + 16)
    throw brokenAt(0, `begins an LZ4 block that claims ${size} bytes, more than its own could hold`)
}

/** Unpacks a raw LZ4 block that holds so many bytes. Throws FormatFault, as `unpackSnappy` does. */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array {
  checkSize(packed, size)
  const out = new Uint8Array(size)
  const end = unpackBlock(packed, out, 0)
  if (end !== size)
    throw brokenAt(packed.length, `is where an LZ4 block ends after ${end} of ${size} bytes`)
  return out
}

/** Unpacks one block behind what is in `out` already, and returns the new end. */
function unpackBlock(packed: Uint8Array, out: Uint8Array, start: number): number {
  let at = 0
  let end = start
  const longer = (length: number): number => {
    if (length < 15)
      return length
    let sum = length
    for (let more = 255; more === 255; sum += more) {
      const byte = packed[at++]
      if (byte === undefined)
        throw brokenAt(at, 'is where an LZ4 block breaks off')
      more = byte
    }
    return sum
  }
  while (at < packed.length) {
    const token = packed[at++] as number
    const literals = longer(token >> 4)
    if (literals > packed.length - at || literals > out.length - end)
      throw brokenAt(at, 'begins literals beyond the end of their LZ4 block')
    out.set(packed.subarray(at, at + literals), end)
    at += literals
    end += literals
    if (at === packed.length)
      break
    const back = (packed[at] as number) + (packed[at + 1] ?? 0) * 256
    at += 2
    const length = longer(token & 15) + 4
    if (at > packed.length || back === 0 || back > end || length > out.length - end)
      throw brokenAt(at, 'ends a copy from outside its LZ4 block')
    repeat(out, end, back, length)
    end += length
  }
  return end
}

const magic = 0x184D2204

/** Unpacks an LZ4 frame, as Arrow has it, that holds so many bytes. Checksums are not checked. */
export function unpackLz4Frame(packed: Uint8Array, size: number): Uint8Array {
  checkSize(packed, size)
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < 7 || view.getUint32(0, true) !== magic)
    throw brokenAt(0, 'should begin an LZ4 frame')
  const flags = packed[4] as number
  // Version 01; a size of the content takes eight bytes, a dictionary four.
  if (flags >> 6 !== 1 || (flags & 1) !== 0)
    throw brokenAt(4, 'is of an LZ4 frame that Larder cannot read')
  let at = (flags & 8) === 0 ? 7 : 15
  const checksum = (flags & 16) === 0 ? 0 : 4
  const out = new Uint8Array(size)
  let end = 0
  for (;;) {
    if (at + 4 > packed.length)
      throw brokenAt(at, 'is where an LZ4 frame breaks off')
    const head = view.getUint32(at, true)
    at += 4
    if (head === 0)
      break
    const length = head % 0x80000000
    const block = packed.subarray(at, at + length)
    if (block.length < length)
      throw brokenAt(at, 'begins a block beyond the end of its LZ4 frame')
    if (head >= 0x80000000) {
      if (length > size - end)
        throw brokenAt(at, 'begins a block that holds more than its LZ4 frame may')
      out.set(block, end)
      end += length
    }
    else {
      end = unpackBlock(block, out, end)
    }
    at += length + checksum
  }
  if (end !== size)
    throw brokenAt(at, `is where an LZ4 frame ends after ${end} of ${size} bytes`)
  return out
}
