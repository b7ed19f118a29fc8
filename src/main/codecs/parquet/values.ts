import type { ColumnSchema } from './metadata'
import { brokenAt, quoted, unfit } from '../fault'
import { mostUnpacked } from '../packing/unpack'
import { readDeltaBytes, readDeltaLengths, readDeltas } from './delta'
import { readHybrid } from './levels'

/** A value as the physical type says it; those of 96 bits and of fixed length are bytes. */
export type Raw = boolean | number | bigint | Uint8Array

/** Values of a page, without its levels. */
interface Encoded { bytes: Uint8Array, encoding: number, count: number, column: ColumnSchema, place: number }

/** The number of the encoding in which each value stands as it is. */
export const plain = 0

const widths = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 } as const

/** Reads exactly `count` values; makes nothing for what is not there. Throws FormatFault. */
export function readRaw(encoded: Encoded): ArrayLike<Raw> & Iterable<Raw> {
  const { bytes, encoding, count, column, place } = encoded
  const { type } = column
  switch (encoding) {
    case plain: return readPlain(encoded)
    case 3:
      if (type === 'BOOLEAN')
        return Array.from(readHybrid(bytes.subarray(4), 1, count), bit => bit === 1)
      break
    case 5:
      if (type === 'INT64')
        return readDeltas({ bytes, at: 0 }, count)
      if (type === 'INT32')
        return Array.from(readDeltas({ bytes, at: 0 }, count), number => Number(BigInt.asIntN(32, number)))
      break
    case 6:
      if (type === 'BYTE_ARRAY')
        return readDeltaLengths({ bytes, at: 0 }, count)
      break
    case 7:
      if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY')
        return readDeltaBytes({ bytes, at: 0 }, count, mostUnpacked)
      break
    case 9:
      if (type !== 'BOOLEAN' && type !== 'BYTE_ARRAY')
        return readPlain({ ...encoded, bytes: joined(bytes, count, widthOf(column), place) })
      break
  }
  throw unfit(`The column ${quoted(column.name)} is encoded in a way that Larder cannot read (${encoding}).`)
}

function widthOf({ type, length }: ColumnSchema): number {
  return type in widths ? widths[type as keyof typeof widths] : length
}

/** Bytes of values that are kept apart, all first ones first (BYTE_STREAM_SPLIT). */
function joined(bytes: Uint8Array, count: number, width: number, place: number): Uint8Array {
  if (bytes.length < count * width)
    throw brokenAt(place, 'begins a page that breaks off')
  const out = new Uint8Array(count * width)
  for (let index = 0; index < count; index++) {
    for (let byte = 0; byte < width; byte++)
      out[index * width + byte] = bytes[byte * count + index] as number
  }
  return out
}

function readPlain({ bytes, count, column, place }: Encoded): Raw[] {
  const { type } = column
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'BYTE_ARRAY')
    return readByteArrays(bytes, view, count, place)
  const needed = type === 'BOOLEAN' ? Math.ceil(count / 8) : count * widthOf(column)
  if (needed > bytes.length)
    throw brokenAt(place, `begins a page of ${bytes.length} bytes, where its values need ${needed}`)
  const read = readerOf(column, bytes, view)
  return Array.from({ length: count }, (_, index) => read(index))
}

function readerOf({ type, length }: ColumnSchema, bytes: Uint8Array, view: DataView): (index: number) => Raw {
  switch (type) {
    case 'BOOLEAN': return index => ((bytes[index >> 3] as number) >> (index & 7) & 1) === 1
    case 'INT32': return index => view.getInt32(index * 4, true)
    case 'INT64': return index => view.getBigInt64(index * 8, true)
    case 'FLOAT': return index => view.getFloat32(index * 4, true)
    case 'DOUBLE': return index => view.getFloat64(index * 8, true)
    case 'INT96': return index => bytes.subarray(index * 12, index * 12 + 12)
    default: return index => bytes.subarray(index * length, (index + 1) * length)
  }
}

function readByteArrays(bytes: Uint8Array, view: DataView, count: number, place: number): Uint8Array[] {
  // Each value takes four bytes at least.
  if (count * 4 > bytes.length)
    throw brokenAt(place, `begins a page of ${bytes.length} bytes, too few for ${count} values`)
  const values: Uint8Array[] = []
  for (let at = 0; values.length < count;) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity
    at += 4
    if (length > bytes.length - at)
      throw brokenAt(place, `begins a page that breaks off within value ${values.length + 1}`)
    values.push(bytes.subarray(at, at + length))
    at += length
  }
  return values
}
