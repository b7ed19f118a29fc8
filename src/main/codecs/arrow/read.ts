import type { RowColumn, RowTable } from '../table'
import type { Scalar } from '../values'
import type { FlatTable } from './flatbuffer'
import type { ArrowField } from './schema'
import { brokenAt } from '../fault'
import { createUnpacker } from '../packing/unpack'
import { checkCells, columnOf } from '../table'
import { batchRows, readBatch } from './batch'
import { rootTable } from './flatbuffer'
import { columnTypeOf, emptyArrowType, readSchema } from './schema'

const magic = 'ARROW1'
const headers = { schema: 1, dictionary: 2, batch: 3 }

/** A message with its header; `place` is that of its body. */
interface Message {
  readonly type: number
  readonly header: FlatTable
  readonly body: Uint8Array
  readonly place: number
}

/**
 * Reads Arrow, as a file (Feather) or a stream, of flat columns. A file is read as the stream that
 * it holds. All that it claims is compared with what is there before anything of that size is made.
 * Throws FormatFault.
 */
export function readArrow(bytes: Uint8Array): RowTable {
  let fields: ArrowField[] | null = null
  let columns: Scalar[][] = []
  let rows = 0
  const dictionaries = new Map<number, readonly Scalar[]>()
  const unpack = createUnpacker()
  for (const { type, header, body, place } of messagesOf(bytes)) {
    if (type === headers.schema) {
      fields ??= readSchema(header)
      columns = fields.map(() => [])
    }
    else if (fields === null) {
      throw brokenAt(place, 'follows a batch before the schema')
    }
    else if (type === headers.dictionary) {
      const batch = header.table(1)
      const id = header.int64(0, 0)
      const field = fields.find(({ dictionary }) => dictionary?.id === id)
      if (batch === null || field === undefined)
        throw brokenAt(place, 'follows a dictionary for no column')
      const words: Scalar[] = []
      const before = header.int8(2, 0) !== 0 ? dictionaries.get(id) ?? [] : []
      checkCells(batchRows(batch) + before.length, 1)
      readBatch(batch, body, place, [{ ...field, dictionary: null }], [words], dictionaries, unpack)
      dictionaries.set(id, [...before, ...words])
    }
    else if (type === headers.batch) {
      rows += batchRows(header)
      checkCells(rows, fields.length)
      readBatch(header, body, place, fields, columns, dictionaries, unpack)
    }
  }
  if (fields === null)
    throw brokenAt(bytes.length, 'is the end, without a schema')
  return {
    rows,
    columns: fields.map(({ name, type }, index): RowColumn => {
      const cells = columns[index] as Scalar[]
      const known = columnTypeOf(type)
      return known === null ? columnOf(name, cells, emptyArrowType(type)) : { name, type: known, cells }
    }),
  }
}

function* messagesOf(bytes: Uint8Array): Generator<Message, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isFile = [...magic].every((letter, index) => bytes[index] === letter.charCodeAt(0))
  if (isFile && ![...magic].every((letter, index) => bytes[bytes.length - 6 + index] === letter.charCodeAt(0)))
    throw brokenAt(Math.max(0, bytes.length - 6), 'should begin the ARROW1 at the end')
  const end = isFile ? footerOf(view) : bytes.length
  let at = isFile ? 8 : 0
  while (at + 4 <= end) {
    // Since version 0.15 a message begins with a mark; before, it began with its size.
    const marked = view.getUint32(at, true) === 0xFFFFFFFF
    const start = at + (marked ? 8 : 4)
    if (start > bytes.length)
      throw brokenAt(at, 'is where a message breaks off')
    const size = view.getUint32(start - 4, true)
    if (size === 0)
      return
    if (size > bytes.length - start)
      throw brokenAt(at, `begins a message of ${size} bytes, which are not there`)
    const message = rootTable(bytes.subarray(start, start + size), at)
    const length = message.int64(3, 0)
    const place = start + size
    if (length < 0 || length > bytes.length - place)
      throw brokenAt(at, `begins a message with ${length} bytes, which are not there`)
    const header = message.table(2)
    if (header === null)
      throw brokenAt(at, 'begins a message without a header')
    yield { type: message.int8(1, 0), header, body: bytes.subarray(place, place + length), place }
    at = place + length
  }
  if (at < end)
    throw brokenAt(at, 'follows the last message')
}

/** Where the footer of a file begins. */
function footerOf(view: DataView): number {
  const place = view.byteLength - magic.length - 4
  const length = place < 8 ? 0 : view.getUint32(place, true)
  if (place < 8 || length > place - 8)
    throw brokenAt(Math.max(0, place), `gives the footer ${length} bytes, more than the file has`)
  return place - length
}
