import { brokenAt } from '../fault'

/** A struct by the ids of its fields. */
export type Struct = ReadonlyMap<number, Thrift>
export type Thrift = boolean | number | bigint | Uint8Array | readonly Thrift[] | Struct

/** Where a reader of Thrift's compact protocol is. */
interface ThriftCursor { readonly bytes: Uint8Array, at: number }

/** No structure of Parquet nests deeper. */
const deepest = 12

/**
 * Reads a struct. A length is compared with the bytes that are left before anything is made of it.
 * Throws FormatFault.
 */
export function readStruct(cursor: ThriftCursor, depth = 0): Struct {
  if (depth > deepest)
    throw brokenAt(cursor.at, 'nests deeper than Parquet does')
  const fields = new Map<number, Thrift>()
  for (let id = 0; ;) {
    const head = byteAt(cursor)
    if (head === 0)
      return fields
    const step = head >> 4
    id = step === 0 ? zigzag(cursor) : id + step
    fields.set(id, readField(cursor, head & 15, depth))
  }
}

function byteAt(cursor: ThriftCursor): number {
  const byte = cursor.bytes[cursor.at]
  if (byte === undefined)
    throw brokenAt(cursor.at, 'is where a header breaks off')
  cursor.at++
  return byte
}

function readField(cursor: ThriftCursor, type: number, depth: number): Thrift {
  switch (type) {
    case 1: return true
    case 2: return false
    case 3: return byteAt(cursor) << 24 >> 24
    case 4:
    case 5:
    case 6: return zigzag(cursor)
    case 7: {
      const { buffer, byteOffset } = part(cursor, 8)
      return new DataView(buffer, byteOffset).getFloat64(0, true)
    }
    case 8: return part(cursor, varint(cursor))
    case 9:
    case 10: return readList(cursor, depth)
    case 12: return readStruct(cursor, depth + 1)
    default: throw brokenAt(cursor.at, `follows a field of the type ${type}, which Parquet never uses`)
  }
}

function readList(cursor: ThriftCursor, depth: number): Thrift[] {
  const head = byteAt(cursor)
  const length = head >> 4 === 15 ? varint(cursor) : head >> 4
  if (depth > deepest || length > cursor.bytes.length - cursor.at)
    throw brokenAt(cursor.at, `begins a list of ${length}, more than the bytes that follow`)
  const type = head & 15
  const items: Thrift[] = []
  for (let index = 0; index < length; index++)
    items.push(type === 1 || type === 2 ? byteAt(cursor) === 1 : readField(cursor, type, depth + 1))
  return items
}

function part(cursor: ThriftCursor, length: number): Uint8Array {
  const { at, bytes } = cursor
  if (length > bytes.length - at)
    throw brokenAt(at, `needs ${length} more bytes, but only ${bytes.length - at} follow`)
  cursor.at += length
  return bytes.subarray(at, at + length)
}

/** A number of up to 53 bits; larger ones are nowhere in a file that one could read. */
export function varint(cursor: ThriftCursor): number {
  const { at } = cursor
  let number = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = byteAt(cursor)
    number += (byte & 0x7F) * factor
    if (byte < 0x80)
      break
    // The smallest numbers of 64 bits take ten bytes.
    if (cursor.at - at >= 10)
      throw brokenAt(at, 'begins a number that never ends')
  }
  return number
}

function zigzag(cursor: ThriftCursor): number {
  const number = varint(cursor)
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2
}
