import type { Packing } from '../packing/unpack'
import type { Struct, Thrift } from './thrift-read'
import { brokenAt, quoted, unfit } from '../fault'
import { checkCells, checkNames } from '../table'
import { decodeUtf8 } from '../utf8'
import { readStruct } from './thrift-read'

const physicalTypes = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const
type PhysicalType = typeof physicalTypes[number]

/** A column as the schema describes it. */
export interface ColumnSchema {
  name: string
  type: PhysicalType
  /** Bytes of a value of fixed length. */
  length: number
  optional: boolean
  converted: number | null
  logical: Struct | null
  scale: number
}

/** The part of a column that a row group has. */
export interface Chunk { start: number, packing: Packing, rows: number, column: ColumnSchema }
interface ParquetFile { rows: number, columns: ColumnSchema[], groups: Chunk[][] }

const packings: readonly (Packing | null)[] = ['none', 'snappy', 'gzip', null, 'brotli', null, 'zstd', 'lz4']
const magic = 'PAR1'

/** Reads the footer. Throws FormatFault; nothing of the size that it claims is made. */
export function readFooter(bytes: Uint8Array): ParquetFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!hasMagic(bytes, 0))
    throw brokenAt(0, 'should begin PAR1')
  if (bytes.length < 12 || !hasMagic(bytes, bytes.length - 4))
    throw brokenAt(Math.max(4, bytes.length - 4), 'should begin the PAR1 at the end')
  const length = view.getUint32(bytes.length - 8, true)
  if (length > bytes.length - 12)
    throw brokenAt(bytes.length - 8, `gives the footer ${length} bytes, more than the file has`)
  const start = bytes.length - 8 - length
  const footer = readStruct({ bytes: bytes.subarray(0, bytes.length - 8), at: start })
  const columns = readSchema(listOf(footer.get(2), start).map(item => structOf(item, start)), start)
  checkNames(columns.map(({ name }) => name))
  const rows = countOf(footer.get(3), start)
  checkCells(rows, columns.length)
  const groups = listOf(footer.get(4), start).map(item => readGroup(structOf(item, start), columns, start))
  if (groups.reduce((sum, [chunk]) => sum + (chunk?.rows ?? 0), 0) !== rows && columns.length > 0)
    throw brokenAt(start, `begins a footer that claims ${rows} rows, but its parts have another number`)
  return { rows, columns, groups }
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return [...magic].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))
}

function readSchema([root, ...elements]: Struct[], place: number): ColumnSchema[] {
  if (root === undefined || countOf(root.get(5) ?? 0, place) > elements.length)
    throw brokenAt(place, 'begins a footer with a broken schema')
  return elements.map((element) => {
    const name = decodeUtf8(bytesOf(element.get(4), place))
    if (element.get(5) !== undefined || element.get(3) === 2)
      throw unfit(`The column ${quoted(name)} holds lists or objects, which Larder does not read from Parquet.`)
    const type = physicalTypes[countOf(element.get(1), place)]
    if (type === undefined)
      throw brokenAt(place, `begins a footer that gives ${quoted(name)} an unknown type`)
    const length = countOf(element.get(2) ?? 0, place)
    if (type === 'FIXED_LEN_BYTE_ARRAY' && length === 0)
      throw brokenAt(place, `begins a footer that gives values of ${quoted(name)} no length`)
    const converted = element.get(6)
    const logical = element.get(10)
    return {
      name,
      type,
      length,
      optional: element.get(3) === 1,
      converted: converted === undefined ? null : countOf(converted, place),
      logical: logical instanceof Map ? logical : null,
      scale: countOf(element.get(7) ?? decimalOf(logical)?.get(1) ?? 0, place),
    }
  })
}

function decimalOf(logical: Thrift | undefined): Struct | undefined {
  const decimal: Thrift | undefined = logical instanceof Map ? logical.get(5) as Thrift | undefined : undefined
  return decimal instanceof Map ? decimal as Struct : undefined
}

function readGroup(group: Struct, columns: readonly ColumnSchema[], place: number): Chunk[] {
  const rows = countOf(group.get(3), place)
  const chunks = listOf(group.get(1), place)
  if (chunks.length !== columns.length)
    throw brokenAt(place, 'begins a footer in which a row group lacks columns')
  return chunks.map((item, index) => {
    const column = columns[index] as ColumnSchema
    const chunk = structOf(item, place)
    const meta = structOf(chunk.get(3), place)
    if (chunk.get(1) !== undefined)
      throw unfit(`The column ${quoted(column.name)} is in another file.`)
    if (countOf(meta.get(5), place) !== rows)
      throw brokenAt(place, `begins a footer that gives ${quoted(column.name)} another number of values than rows`)
    const packing = packings[countOf(meta.get(4), place)] ?? null
    if (packing === null)
      throw unfit(`The column ${quoted(column.name)} is packed in a way that Larder cannot read.`)
    const data = countOf(meta.get(9), place)
    const dictionary = countOf(meta.get(11) ?? 0, place)
    return { start: dictionary > 0 ? Math.min(dictionary, data) : data, packing, rows, column }
  })
}

function listOf(value: Thrift | undefined, place: number): readonly Thrift[] {
  if (!Array.isArray(value))
    throw brokenAt(place, 'begins a header that lacks a list')
  return value as readonly Thrift[]
}

export function structOf(value: Thrift | undefined, place: number): Struct {
  if (!(value instanceof Map))
    throw brokenAt(place, 'begins a header that lacks a part')
  return value as Struct
}

export function countOf(value: Thrift | undefined, place: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw brokenAt(place, 'begins a header with a number that is missing or out of range')
  return value
}

function bytesOf(value: Thrift | undefined, place: number): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw brokenAt(place, 'begins a header that lacks a name')
  return value
}
