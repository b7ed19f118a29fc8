import type { Packing, Unpacker } from '../packing/unpack'
import type { Scalar } from '../values'
import type { CellReader } from './cells'
import type { FlatTable } from './flatbuffer'
import type { ArrowField, ArrowType } from './schema'
import { brokenAt, quoted, unfit } from '../fault'
import { arrowCells } from './cells'

/** The buffers of a batch, taken one after the other. */
interface Buffers { next: () => Uint8Array, rows: () => [length: number, nulls: number], views: () => number }

/** The words of columns that are kept as numbers. */
type Dictionaries = ReadonlyMap<number, readonly Scalar[]>

/** The number of rows that a batch claims. Nothing was made for them yet. */
export function batchRows(batch: FlatTable): number {
  const rows = batch.int64(0, 0)
  if (rows < 0)
    throw brokenAt(batch.place, 'begins a batch with a negative number of rows')
  return rows
}

/** Appends the cells of a batch to those of each column. Throws FormatFault. */
export function readBatch(
  batch: FlatTable,
  body: Uint8Array,
  place: number,
  fields: readonly ArrowField[],
  columns: readonly Scalar[][],
  dictionaries: Dictionaries,
  unpack: Unpacker,
): void {
  const rows = batchRows(batch)
  const buffers = openBuffers(batch, body, place, unpack)
  for (const [index, { name, type, dictionary }] of fields.entries()) {
    const [length, nulls] = buffers.rows()
    if (length !== rows)
      throw brokenAt(place, `begins a batch of ${rows} rows in which ${quoted(name)} has ${length}`)
    const words = dictionary && dictionaries.get(dictionary.id)
    if (words === undefined && length > 0)
      throw brokenAt(place, `begins a batch that needs a dictionary for ${quoted(name)}, but there is none`)
    const cells = readCells(dictionary?.index ?? type, length, nulls, buffers, place)
    const column = columns[index] as Scalar[]
    for (let row = 0; row < length; row++) {
      const cell = cells(row)
      column.push(words && cell !== null ? wordOf(words, cell, name, place) : cell)
    }
  }
}

function wordOf(words: readonly Scalar[], index: Scalar, name: string, place: number): Scalar {
  const word = words[Number(index)]
  if (word === undefined)
    throw brokenAt(place, `begins a batch with the word ${String(index)} of ${quoted(name)}, of ${words.length}`)
  return word
}

function openBuffers(batch: FlatTable, body: Uint8Array, place: number, unpack: Unpacker): Buffers {
  const nodes = batch.pairs(1).values()
  const regions = batch.pairs(2).values()
  const views = batch.int64s(4).values()
  const compression = batch.table(3)
  const packing = compression && packingOf(compression)
  const taken = <T>(values: Iterator<T>): T => {
    const { value, done } = values.next()
    if (done)
      throw brokenAt(place, 'begins a batch that lacks buffers')
    return value as T
  }
  return {
    rows: () => taken(nodes),
    views: () => taken(views),
    next() {
      const [offset, length] = taken(regions)
      if (offset < 0 || length < 0 || offset + length > body.length)
        throw brokenAt(place, 'begins a batch with a buffer outside itself')
      const bytes = body.subarray(offset, offset + length)
      return packing === null || length === 0 ? bytes : unpacked(bytes, packing, place + offset, unpack)
    },
  }
}

function packingOf(compression: FlatTable): Packing {
  const codec = compression.int8(0, 0)
  if (codec !== 0 && codec !== 1)
    throw unfit('This Arrow value is packed in a way that Larder cannot read.')
  return codec === 0 ? 'lz4-frame' : 'zstd'
}

/** A packed buffer begins with its size, or with -1 if it is not packed after all. */
function unpacked(bytes: Uint8Array, packing: Packing, place: number, unpack: Unpacker): Uint8Array {
  if (bytes.length < 8)
    throw brokenAt(place, 'begins a packed buffer without a size')
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true))
  const rest = bytes.subarray(8)
  return size === -1 ? rest : unpack(rest, packing, size, place + 8)
}

/** Reads any cell of a column whose buffers come next. */
function readCells(type: ArrowType, length: number, nulls: number, buffers: Buffers, place: number): CellReader {
  if (type.kind === 'null')
    return () => null
  const validity = buffers.next()
  if (nulls !== 0 && validity.length * 8 < length)
    throw brokenAt(place, 'begins a batch that does not say which cells are null')
  const parts = type.kind === 'text' || type.kind === 'bytes'
    ? type.layout === 'view'
      ? [buffers.next(), ...viewed(buffers, place)]
      : [buffers.next(), buffers.next()]
    : [buffers.next()]
  const read = arrowCells(type, parts, length, place)
  return nulls === 0
    ? read
    : row => ((validity[row >> 3] as number) >> (row & 7) & 1) === 1 ? read(row) : null
}

function viewed(buffers: Buffers, place: number): Uint8Array[] {
  const count = buffers.views()
  const parts: Uint8Array[] = []
  // Each must be there, so a claim makes nothing.
  for (let index = 0; index < count; index++)
    parts.push(buffers.next())
  if (count < 0)
    throw brokenAt(place, 'begins a batch with a negative number of buffers')
  return parts
}
