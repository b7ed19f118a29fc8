import { brokenAt } from '../fault'
import { decodeUtf8 } from '../utf8'

/** A table in a FlatBuffer. Fields are named by their number in the schema of Arrow. */
export interface FlatTable {
  /** Where it is, in bytes from the start of the value. */
  readonly place: number
  int8: (field: number, initial: number) => number
  int16: (field: number, initial: number) => number
  int32: (field: number, initial: number) => number
  /** Throws FormatFault for a number beyond 2^53: nothing here may be that large. */
  int64: (field: number, initial: number) => number
  text: (field: number) => string
  /** Null if the field is not there. */
  table: (field: number) => FlatTable | null
  tables: (field: number) => FlatTable[]
  /** Vectors of structs that are pairs of 64-bit numbers, and of such numbers alone. */
  pairs: (field: number) => [number, number][]
  int64s: (field: number) => number[]
}

/**
 * Reads the table at the start of a FlatBuffer. Every offset and length in it is compared with the
 * bytes that there are. Throws FormatFault.
 *
 * @param place of the bytes in the value, for faults
 */
export function rootTable(bytes: Uint8Array, place: number): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const need = (at: number, length: number): number => {
    if (at < 0 || at + length > bytes.length)
      throw brokenAt(place, 'begins a header that points outside itself')
    return at
  }
  const uint32 = (at: number): number => view.getUint32(need(at, 4), true)
  const int64 = (at: number): number => {
    const number = Number(view.getBigInt64(need(at, 8), true))
    if (!Number.isSafeInteger(number))
      throw brokenAt(place, 'begins a header with a number out of range')
    return number
  }

  const tableAt = (at: number): FlatTable => {
    const vtable = at - view.getInt32(need(at, 4), true)
    const size = view.getUint16(need(vtable, 2), true)
    const fieldAt = (field: number): number | null => {
      const slot = 4 + field * 2
      const offset = slot + 2 > size ? 0 : view.getUint16(need(vtable + slot, 2), true)
      return offset === 0 ? null : at + offset
    }
    const scalar = (read: (at: number) => number) => (field: number, initial: number): number => {
      const found = fieldAt(field)
      return found === null ? initial : read(found)
    }
    /** The start and number of a vector's items. */
    const vector = (field: number, width: number): [number, number] => {
      const found = fieldAt(field)
      if (found === null)
        return [0, 0]
      const start = found + uint32(found)
      const length = uint32(start)
      need(start + 4, length * width)
      return [start + 4, length]
    }
    const items = <T>(field: number, width: number, read: (at: number) => T): T[] => {
      const [start, length] = vector(field, width)
      return Array.from({ length }, (_, index) => read(start + index * width))
    }
    return {
      place,
      int8: scalar(found => view.getInt8(need(found, 1))),
      int16: scalar(found => view.getInt16(need(found, 2), true)),
      int32: scalar(found => view.getInt32(need(found, 4), true)),
      int64: scalar(int64),
      text(field) {
        const [start, length] = vector(field, 1)
        return decodeUtf8(bytes.subarray(start, start + length))
      },
      table(field) {
        const found = fieldAt(field)
        return found === null ? null : tableAt(found + uint32(found))
      },
      tables: field => items(field, 4, found => tableAt(found + uint32(found))),
      pairs: field => items(field, 16, found => [int64(found), int64(found + 8)] as [number, number]),
      int64s: field => items(field, 8, int64),
    }
  }
  return tableAt(uint32(0))
}
