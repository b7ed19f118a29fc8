import { brokenAt } from '../fault'

/** Where the numbers of a page are read. */
interface DeltaCursor { readonly bytes: Uint8Array, at: number }

/**
 * Reads numbers that are kept as differences (DELTA_BINARY_PACKED), which wrap at 64 bits. Throws
 * FormatFault unless there are exactly `count`.
 */
export function readDeltas(cursor: DeltaCursor, count: number): BigInt64Array {
  const { at } = cursor
  const blockSize = Number(unsigned(cursor))
  const miniblocks = Number(unsigned(cursor))
  const total = Number(unsigned(cursor))
  const perMiniblock = blockSize / miniblocks
  if (total !== count || !Number.isInteger(perMiniblock) || perMiniblock % 32 !== 0 || perMiniblock === 0
    || miniblocks > cursor.bytes.length) {
    throw brokenAt(at, 'begins differences with a broken head')
  }
  const out = new BigInt64Array(count)
  let value = signed(cursor)
  if (count > 0)
    out[0] = value
  for (let seen = 1; seen < count;) {
    const least = signed(cursor)
    const widths = take(cursor, miniblocks)
    for (let block = 0; block < miniblocks && seen < count; block++) {
      const width = widths[block] as number
      if (width > 64)
        throw brokenAt(cursor.at, `begins differences of ${width} bits`)
      const packed = take(cursor, perMiniblock * width / 8)
      const wanted = Math.min(perMiniblock, count - seen)
      for (let index = 0; index < wanted; index++) {
        value = BigInt.asIntN(64, value + least + bitsAt(packed, index * width, width))
        out[seen++] = value
      }
    }
  }
  return out
}

/** So many bits as a number, the lowest first. */
function bitsAt(bytes: Uint8Array, start: number, width: number): bigint {
  if (width <= 32) {
    let number = 0
    let factor = 1
    for (let bit = start; bit < start + width;) {
      const offset = bit % 8
      const bits = Math.min(8 - offset, start + width - bit)
      number += (((bytes[bit >> 3] as number) >> offset) & (2 ** bits - 1)) * factor
      factor *= 2 ** bits
      bit += bits
    }
    return BigInt(number)
  }
  return bitsAt(bytes, start, 32) + (bitsAt(bytes, start + 32, width - 32) << 32n)
}

function take(cursor: DeltaCursor, length: number): Uint8Array {
  const { at, bytes } = cursor
  if (length > bytes.length - at)
    throw brokenAt(at, 'is where differences break off')
  cursor.at += length
  return bytes.subarray(at, at + length)
}

function unsigned(cursor: DeltaCursor): bigint {
  let number = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = take(cursor, 1)[0] as number
    number |= BigInt(byte & 0x7F) << shift
    if (byte < 0x80)
      return number
  }
  throw brokenAt(cursor.at, 'follows a number that never ends')
}

function signed(cursor: DeltaCursor): bigint {
  const number = unsigned(cursor)
  return BigInt.asIntN(64, (number >> 1n) ^ -(number & 1n))
}

/** Byte arrays after their lengths (DELTA_LENGTH_BYTE_ARRAY). */
export function readDeltaLengths(cursor: DeltaCursor, count: number): Uint8Array[] {
  const lengths = readDeltas(cursor, count)
  return Array.from(lengths, (length) => {
    if (length < 0n)
      throw brokenAt(cursor.at, 'begins a value of negative length')
    return take(cursor, Number(length))
  })
}

/**
 * Byte arrays that share a beginning with the one before (DELTA_BYTE_ARRAY).
 *
 * @param most bytes that they may have together
 */
export function readDeltaBytes(cursor: DeltaCursor, count: number, most: number): Uint8Array[] {
  const shared = readDeltas(cursor, count)
  const rests = readDeltaLengths(cursor, count)
  let before = new Uint8Array(0)
  let total = 0
  return rests.map((rest, index) => {
    const length = Number(shared[index])
    if (length < 0 || length > before.length)
      throw brokenAt(cursor.at, 'ends values that share more than there is')
    total += length
    if (total > most)
      throw brokenAt(cursor.at, 'ends values that are longer than one value may be')
    const value = new Uint8Array(length + rest.length)
    value.set(before.subarray(0, length))
    value.set(rest, length)
    before = value
    return value
  })
}
