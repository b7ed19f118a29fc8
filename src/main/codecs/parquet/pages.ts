import type { Unpacker } from '../packing/unpack'
import type { Scalar } from '../values'
import type { Chunk } from './metadata'
import type { Struct } from './thrift-read'
import { brokenAt, quoted, unfit } from '../fault'
import { parquetCells } from './cells'
import { readHybrid } from './levels'
import { countOf, structOf } from './metadata'
import { readStruct } from './thrift-read'
import { plain, readRaw } from './values'

/** Numbers of page types and encodings in the format. */
const pageTypes = { data: 0, index: 1, dictionary: 2, dataV2: 3 }
const dictionaryEncodings: readonly number[] = [2, 8]
const levelsAsRuns = 3

/** A page after its header. */
interface Page { readonly header: Struct, readonly packed: Uint8Array, readonly place: number }
/** What reading a page needs of the rest. */
interface Context { readonly chunk: Chunk, readonly unpack: Unpacker, dictionary: readonly Scalar[] | null }
/** Where values are, and which of them are null: `levels` is null if none is. */
interface Body { readonly bytes: Uint8Array, readonly encoding: number, readonly levels: Uint32Array | null }

/** Appends the cells of a column's part, in the order of the rows. Throws FormatFault. */
export function readChunk(bytes: Uint8Array, chunk: Chunk, unpack: Unpacker, cells: Scalar[]): void {
  const { rows, column } = chunk
  const context: Context = { chunk, unpack, dictionary: null }
  const end = cells.length + rows
  for (let at = chunk.start; cells.length < end;) {
    if (at >= bytes.length)
      throw brokenAt(bytes.length, `is where the column ${quoted(column.name)} breaks off`)
    const cursor = { bytes, at }
    const header = readStruct(cursor)
    const size = countOf(header.get(3), at)
    const page: Page = { header, packed: bytes.subarray(cursor.at, cursor.at + size), place: cursor.at }
    if (page.packed.length < size)
      throw brokenAt(at, `begins a page of ${size} bytes, which the file does not have`)
    readPage(page, countOf(header.get(1), at), context, end - cells.length, cells)
    at = cursor.at + size
  }
}

function readPage(page: Page, type: number, context: Context, most: number, cells: Scalar[]): void {
  if (type === pageTypes.dictionary)
    context.dictionary = readDictionary(page, context)
  else if (type === pageTypes.data)
    addCells(page, structOf(page.header.get(5), page.place), readBody, context, most, cells)
  else if (type === pageTypes.dataV2)
    addCells(page, structOf(page.header.get(8), page.place), readBodyV2, context, most, cells)
  else if (type !== pageTypes.index)
    throw brokenAt(page.place, `follows a page of the unknown type ${type}`)
}

function readDictionary({ header, packed, place }: Page, { chunk, unpack }: Context): Scalar[] {
  const { column, packing } = chunk
  const count = countOf(structOf(header.get(7), place).get(1), place)
  const bytes = unpack(packed, packing, countOf(header.get(2), place), place)
  return Array.from(readRaw({ bytes, encoding: plain, count, column, place }), parquetCells(column, place))
}

type BodyReader = (page: Page, head: Struct, count: number, context: Context) => Body

function addCells(
  page: Page,
  head: Struct,
  read: BodyReader,
  context: Context,
  most: number,
  cells: Scalar[],
): void {
  const { place } = page
  const { column } = context.chunk
  const count = countOf(head.get(1), place)
  if (count > most)
    throw brokenAt(place, `follows a page that claims ${count} values, where ${most} rows are left`)
  const { bytes, encoding, levels } = read(page, head, count, context)
  const present = levels === null ? count : levels.reduce((sum, level) => sum + (level === 1 ? 1 : 0), 0)
  const values = dictionaryEncodings.includes(encoding)
    ? fromDictionary(bytes, present, context, place)
    : Array.from(readRaw({ bytes, encoding, count: present, column, place }), parquetCells(column, place))
  let next = 0
  for (let index = 0; index < count; index++)
    cells.push(levels === null || levels[index] === 1 ? values[next++] as Scalar : null)
}

function fromDictionary(bytes: Uint8Array, count: number, { dictionary }: Context, place: number): Scalar[] {
  if (dictionary === null)
    throw brokenAt(place, 'begins a page that needs a dictionary, but there is none')
  if (count > 0 && bytes.length === 0)
    throw brokenAt(place, 'begins a page without values')
  return Array.from(readHybrid(bytes.subarray(1), bytes[0] ?? 0, count), (index) => {
    const cell = dictionary[index]
    if (cell === undefined)
      throw brokenAt(place, `begins a page with the word ${index} of a dictionary of ${dictionary.length}`)
    return cell
  })
}

/** A page of the first version: all of it is packed, the levels with their length first. */
function readBody({ header, packed, place }: Page, head: Struct, count: number, { chunk, unpack }: Context): Body {
  const bytes = unpack(packed, chunk.packing, countOf(header.get(2), place), place)
  const encoding = countOf(head.get(2), place)
  if (!chunk.column.optional)
    return { bytes, encoding, levels: null }
  if (countOf(head.get(3), place) !== levelsAsRuns)
    throw unfit(`The column ${quoted(chunk.column.name)} marks its nulls in a way that is no longer used.`)
  if (bytes.length < 4)
    throw brokenAt(place, 'begins a page without levels')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (length > bytes.length - 4)
    throw brokenAt(place, 'begins a page whose levels are longer than itself')
  return { bytes: bytes.subarray(4 + length), encoding, levels: readHybrid(bytes.subarray(4, 4 + length), 1, count) }
}

/** A page of the second version: the levels come first, and are not packed. */
function readBodyV2({ header, packed, place }: Page, head: Struct, count: number, { chunk, unpack }: Context): Body {
  const length = countOf(head.get(5) ?? 0, place)
  const size = countOf(header.get(2), place) - length
  if (countOf(head.get(6) ?? 0, place) > 0 || length > packed.length || size < 0)
    throw brokenAt(place, 'begins a page whose levels are broken')
  const rest = packed.subarray(length)
  const isPacked = head.get(7) !== false && size > 0
  return {
    bytes: unpack(rest, isPacked ? chunk.packing : 'none', isPacked ? size : rest.length, place),
    encoding: countOf(head.get(4), place),
    levels: chunk.column.optional ? readHybrid(packed.subarray(0, length), 1, count) : null,
  }
}
