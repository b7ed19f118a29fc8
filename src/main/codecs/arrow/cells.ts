import type { Scalar } from '../values'
import type { ArrowType } from './schema'
import { isUtf8 } from 'node:buffer'
import { brokenAt } from '../fault'
import { floorDivide, halfOf, shortest, timeInDay, wholeOf } from '../numbers'
import { bufferOf } from '../utf8'
import { calendarDayOf, momentOf } from '../values'

export type CellReader = (row: number) => Scalar

/**
 * Makes the cells of a column out of its buffers, whose sizes are checked before. Cells that are
 * null are never asked for. Throws FormatFault, and so do cells.
 */
export function arrowCells(type: ArrowType, parts: readonly Uint8Array[], length: number, place: number): CellReader {
  const [first = new Uint8Array(0), ...rest] = parts
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
  const need = (bytes: number): void => {
    if (bytes * length > first.length)
      throw brokenAt(place, `begins a batch whose buffer of ${first.length} bytes is too short for ${length} cells`)
  }
  switch (type.kind) {
    case 'null': return () => null
    case 'boolean':
      need(1 / 8)
      return row => ((first[row >> 3] as number) >> (row & 7) & 1) === 1
    case 'int':
      need(type.bits / 8)
      return intReader(view, type.bits, type.signed)
    case 'half':
      need(2)
      return row => halfOf(view.getUint16(row * 2, true))
    case 'float':
      need(4)
      return row => view.getFloat32(row * 4, true)
    case 'double':
      need(8)
      return row => view.getFloat64(row * 8, true)
    case 'decimal': {
      const width = type.bits / 8
      need(width)
      // Arrow keeps the lowest byte first.
      return row => wholeOf(first.slice(row * width, (row + 1) * width).reverse()) / 10 ** type.scale
    }
    case 'fixed': {
      const { width } = type
      if (width <= 0)
        throw brokenAt(place, 'begins a batch with values that have no length')
      need(width)
      return row => first.subarray(row * width, (row + 1) * width)
    }
    case 'text':
    case 'bytes': {
      const slice = type.layout === 'view'
        ? viewReader(first, view, rest, length, place)
        : sliceReader(view, rest[0] ?? new Uint8Array(0), type.layout === 'large' ? 8 : 4, length, place)
      return type.kind === 'bytes' ? slice : row => textOf(slice(row), place)
    }
    default: return timeReader(type, view, need, place)
  }
}

function textOf(bytes: Uint8Array, place: number): string {
  if (!isUtf8(bytes))
    throw brokenAt(place, 'begins a batch with text that is not UTF-8')
  return bufferOf(bytes).toString()
}

function intReader(view: DataView, bits: number, signed: boolean): CellReader {
  switch (bits) {
    case 8: return signed ? row => view.getInt8(row) : row => view.getUint8(row)
    case 16: return signed ? row => view.getInt16(row * 2, true) : row => view.getUint16(row * 2, true)
    case 32: return signed ? row => view.getInt32(row * 4, true) : row => view.getUint32(row * 4, true)
    default: return signed
      ? row => shortest(view.getBigInt64(row * 8, true))
      : row => shortest(view.getBigUint64(row * 8, true))
  }
}

function timeReader(
  type: Extract<ArrowType, { kind: 'day' } | { kind: 'dayMillis' } | { perSecond: bigint }>,
  view: DataView,
  need: (bytes: number) => void,
  place: number,
): CellReader {
  const within = <T>(value: T | undefined): T => {
    if (value === undefined)
      throw brokenAt(place, 'begins a batch with a time beyond the year 9999')
    return value
  }
  if (type.kind === 'day') {
    need(4)
    return row => within(calendarDayOf(view.getInt32(row * 4, true)))
  }
  if (type.kind === 'dayMillis') {
    need(8)
    return row => within(calendarDayOf(Number(floorDivide(view.getBigInt64(row * 8, true), 86_400_000n))))
  }
  const { kind, bits, perSecond } = type
  need(bits / 8)
  const read = (row: number): bigint => bits === 32
    ? BigInt(view.getInt32(row * 4, true))
    : view.getBigInt64(row * 8, true)
  // What is finer than a microsecond is cut off.
  const micros = (row: number): bigint => floorDivide(read(row) * 1_000_000n, perSecond)
  if (kind === 'duration')
    return row => shortest(read(row))
  return kind === 'time' ? row => timeInDay(micros(row)) : row => within(momentOf(micros(row)))
}

/** Values that lie one after the other, between offsets. */
function sliceReader(
  offsets: DataView,
  bytes: Uint8Array,
  width: 4 | 8,
  length: number,
  place: number,
): (row: number) => Uint8Array {
  // Without rows there may be no offset at all.
  if (length > 0 && (length + 1) * width > offsets.byteLength)
    throw brokenAt(place, `begins a batch with too few offsets for ${length} cells`)
  const offset = (row: number): number => width === 4
    ? offsets.getInt32(row * 4, true)
    : Number(offsets.getBigInt64(row * 8, true))
  return (row) => {
    const start = offset(row)
    const end = offset(row + 1)
    if (start < 0 || start > end || end > bytes.length)
      throw brokenAt(place, `begins a batch whose cell ${row + 1} lies outside its buffer`)
    return bytes.subarray(start, end)
  }
}

/** Values of up to 12 bytes in place, longer ones in one of the buffers. */
function viewReader(
  first: Uint8Array,
  view: DataView,
  buffers: readonly Uint8Array[],
  length: number,
  place: number,
): (row: number) => Uint8Array {
  if (length * 16 > first.length)
    throw brokenAt(place, `begins a batch with too few views for ${length} cells`)
  return (row) => {
    const at = row * 16
    const size = view.getInt32(at, true)
    if (size >= 0 && size <= 12)
      return first.subarray(at + 4, at + 4 + size)
    const bytes = buffers[view.getInt32(at + 8, true)]
    const start = view.getInt32(at + 12, true)
    if (size < 0 || bytes === undefined || start < 0 || start + size > bytes.length)
      throw brokenAt(place, `begins a batch whose cell ${row + 1} lies outside its buffers`)
    return bytes.subarray(start, start + size)
  }
}
