import type { Members, Scalar, Value } from './values'
import { counted, grouped } from '@shared/grouped'
import { quoted, unfit, unfitCell } from './fault'
import { CalendarDay, isList, isScalar, membersOf, Moment } from './values'

/**
 * What all cells of a column are, besides null. `integer`: whole numbers of 64 bits, as number or
 * bigint. `mixed`: not all of one of the other types, which only JSON and MessagePack can say.
 */
export type ColumnType = 'boolean' | 'integer' | 'number' | 'text' | 'bytes' | 'moment' | 'day' | 'mixed'

export interface RowColumn { readonly name: string, readonly type: ColumnType, readonly cells: readonly Scalar[] }

/** Rows, column by column: the form between two row formats. All columns have `rows` cells. */
export interface RowTable { readonly rows: number, readonly columns: readonly RowColumn[] }

/** The most cells of a table: a cell takes up to some hundred bytes while a value is converted. */
const mostCells = 8_000_000

/** Throws FormatFault if so many cells are more than a table may have. */
export function checkCells(rows: number, columns: number): void {
  if (rows > mostCells || rows * columns > mostCells) {
    throw unfit(`${counted(rows, 'row', 'rows')} with ${counted(columns, 'column', 'columns')} are too many:`
      + ` a table may have ${grouped(mostCells)} cells.`)
  }
}

const least = -(2n ** 63n)
const greatest = 2n ** 63n - 1n

/** Whether a whole number fits into 64 bits with a sign. */
export function fits64(number: bigint): boolean {
  return number >= least && number <= greatest
}

/** A column whose type follows from its cells, or is `empty` where all of them are null. */
export function columnOf(name: string, cells: readonly Scalar[], empty: ColumnType = 'text'): RowColumn {
  let type: ColumnType | undefined
  for (const cell of cells) {
    if (cell === null)
      continue
    const own = typeOf(cell)
    if (type === undefined || type === own)
      type = own
    else if (isNumeric(type) && isNumeric(own))
      type = 'number'
    else
      return { name, type: 'mixed', cells }
  }
  // A double cannot say every whole number of 64 bits.
  const isRounded = type === 'number' && cells.some(cell => typeof cell === 'bigint')
  return { name, type: isRounded ? 'mixed' : type ?? empty, cells }
}

function isNumeric(type: ColumnType): boolean {
  return type === 'integer' || type === 'number'
}

function typeOf(cell: Exclude<Scalar, null>): ColumnType {
  switch (typeof cell) {
    case 'boolean': return 'boolean'
    case 'string': return 'text'
    case 'number': return Number.isSafeInteger(cell) && !Object.is(cell, -0) ? 'integer' : 'number'
    case 'bigint': return fits64(cell) ? 'integer' : 'mixed'
    default: return cell instanceof Moment ? 'moment' : cell instanceof CalendarDay ? 'day' : 'bytes'
  }
}

/** The objects that a value is a list of. Throws FormatFault for any other value. */
export function objectsOf(value: Value): readonly Members[] {
  if (!isList(value))
    throw unfit('This value is not a list of objects, so it cannot be had in a row format.')
  return value.map((item, index) => {
    if (isList(item) || isScalar(item))
      throw unfit(`Row ${grouped(index + 1)}: must be an object, or the value cannot be had in a row format.`)
    return item
  })
}

/**
 * The rows that a value is: a list of flat objects. Columns come in the order in which they first
 * appear; what a row lacks is null. Throws FormatFault for any other value.
 */
export function tableOf(value: Value): RowTable {
  const objects = objectsOf(value)
  const cells = new Map<string, Scalar[]>()
  for (const [index, item] of objects.entries()) {
    for (const [name, cell] of membersOf(item)) {
      if (!isScalar(cell))
        throw unfitCell(index + 1, name, 'holds a list or an object, which only JSON, NDJSON and MessagePack can')
      let column = cells.get(name)
      if (column === undefined) {
        checkCells(objects.length, cells.size + 1)
        cells.set(name, column = Array.from<Scalar>({ length: objects.length }).fill(null))
      }
      column[index] = cell
    }
  }
  return { rows: objects.length, columns: [...cells].map(([name, column]) => columnOf(name, column)) }
}

/** Throws FormatFault naming the first name that comes twice. */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name))
      throw unfit(`The column ${quoted(name)} comes twice.`)
    seen.add(name)
  }
}

/**
 * For formats whose columns have one type each. Returns the table. Throws FormatFault that names
 * the cell at which a column becomes mixed, or the table if it has no column.
 */
export function checkTyped(table: RowTable, format: string): RowTable {
  const { columns, rows } = table
  if (columns.length === 0 && rows > 0)
    throw unfit(`Rows without a column cannot be written as ${format}.`)
  for (const { name, type, cells } of columns) {
    if (!name.isWellFormed())
      throw unfit('The name of a column holds half a surrogate pair, which only JSON can say.')
    if (type === 'mixed') {
      throw unfitCell(
        firstMixed(name, cells),
        name,
        `is of another type than the cells before, or beyond 64 bits, which ${format} cannot say`,
      )
    }
    if (type === 'text') {
      const half = cells.findIndex(cell => typeof cell === 'string' && !cell.isWellFormed())
      if (half >= 0)
        throw unfitCell(half + 1, name, 'holds half a surrogate pair, which only JSON can say')
    }
  }
  return table
}

/** The row, counted from 1, by which a column is mixed: one that is mixed stays so. */
function firstMixed(name: string, cells: readonly Scalar[]): number {
  let below = 0
  let found = cells.length
  while (found - below > 1) {
    const middle = Math.floor((below + found) / 2)
    if (columnOf(name, cells.slice(0, middle)).type === 'mixed')
      found = middle
    else
      below = middle
  }
  return found
}
