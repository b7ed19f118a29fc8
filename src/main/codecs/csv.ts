import type { Buffer } from 'node:buffer'
import type { CsvCell } from '../base/csv-line'
import type { ColumnType, RowColumn, RowTable } from './table'
import type { Scalar } from './values'
import { counted, grouped } from '@shared/grouped'
import { FormatFault } from '../base/conversions'
import { csvCell, readCsvLine } from '../base/csv-line'
import { quoted } from './fault'
import { numberText } from './json'
import { createSink } from './sink'
import { checkCells, checkNames, checkTyped, columnOf, fits64 } from './table'
import { bufferOf, decodeUtf8 } from './utf8'
import { readTime, writeTime } from './values'

/** The error for a cell, by its column, counted from 1. */
type Place = (column: number, reason: string) => FormatFault

/**
 * Reads CSV. What the cells of a column are follows from all of them: whole numbers, numbers,
 * `true` and `false`, times as ISO 8601; anything else is text, and so is a column with a quoted
 * cell. Throws FormatFault with row and column.
 */
export function readCsv(bytes: Uint8Array): RowTable {
  const text = decodeUtf8(bytes).replace(/^\uFEFF/, '')
  if (text === '')
    return { rows: 0, columns: [] }
  const header: CsvCell[] = []
  let at = readCsvLine(text, 0, header, (column, reason) =>
    new FormatFault('broken', `Header, column ${grouped(column)}: ${reason}.`))
  const names = header.map(cell => cell.text)
  checkNames(names)
  const columns = names.map(() => ({ cells: [] as (string | null)[], hasQuoted: false }))
  const line: CsvCell[] = []
  for (let row = 1; at < text.length; row++) {
    line.length = 0
    const place: Place = (column, reason) => {
      const name = names[column - 1]
      const said = name === undefined ? grouped(column) : quoted(name)
      return new FormatFault('broken', `Row ${grouped(row)}, column ${said}: ${reason}.`)
    }
    at = readCsvLine(text, at, line, place)
    if (line.length !== names.length) {
      throw place(
        Math.min(line.length, names.length) + 1,
        `the row has ${counted(line.length, 'cell', 'cells')}, but the header has ${grouped(names.length)}`,
      )
    }
    if (row % 1024 === 0)
      checkCells(row, names.length)
    for (const [index, cell] of line.entries()) {
      const column = columns[index] as typeof columns[number]
      column.hasQuoted ||= cell.quoted
      column.cells.push(cell.text === '' && !cell.quoted ? null : cell.text)
    }
  }
  const rows = columns[0]?.cells.length ?? 0
  checkCells(rows, names.length)
  return {
    rows,
    columns: columns.map(({ cells, hasQuoted }, index): RowColumn => {
      const name = names[index] as string
      return hasQuoted ? { name, type: 'text', cells } : guessed(name, cells)
    }),
  }
}

type Guess = (text: string) => Scalar | undefined

const guesses: readonly [ColumnType, Guess][] = [
  ['boolean', text => text === 'true' ? true : text === 'false' ? false : undefined],
  ['integer', readWhole],
  ['number', readNumber],
  ['moment', readTime],
  ['day', readTime],
]

/** The column as the first type that all its cells have. */
function guessed(name: string, cells: readonly (string | null)[]): RowColumn {
  for (const [type, guess] of guesses) {
    const values: Scalar[] = []
    for (const cell of cells) {
      const value = cell === null ? null : guess(cell)
      if (value === undefined)
        break
      values.push(value)
    }
    if (values.length < cells.length || cells.every(cell => cell === null))
      continue
    const column = type === 'number' ? { name, type, cells: values } : columnOf(name, values)
    if (column.type === type)
      return column
  }
  return { name, type: 'text', cells }
}

const whole = /^(?:0|-?[1-9]\d{0,18})$/
const allDigits = /^-?\d+$/
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/

/** A whole number that writes itself like this: 007 is not one. */
function readWhole(text: string): number | bigint | undefined {
  if (!whole.test(text))
    return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : fits64(BigInt(text)) ? BigInt(text) : undefined
}

function readNumber(text: string): number | undefined {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity')
    return Number(text)
  if (!decimal.test(text))
    return undefined
  // Digits that a double cannot hold would be lost; such a column stays text.
  return text.length > 15 && allDigits.test(text) && String(Number(text)) !== text ? undefined : Number(text)
}

/** Writes rows with a header, each line ended by CRLF. Throws FormatFault. */
export function writeCsv(table: RowTable, limit: number): Buffer {
  checkTyped(table, 'CSV')
  const sink = createSink(limit)
  if (table.columns.length === 0)
    return sink.end()
  sink.text(`${table.columns.map(({ name }) => csvCell(name)).join(',')}\r\n`)
  for (let row = 0; row < table.rows; row++) {
    let line = ''
    for (const [index, { cells }] of table.columns.entries())
      line += (index > 0 ? ',' : '') + cellText(cells[row] ?? null)
    sink.text(`${line}\r\n`)
  }
  return sink.end()
}

function cellText(cell: Scalar): string {
  switch (typeof cell) {
    case 'string': return guesses.some(([, guess]) => guess(cell) !== undefined) ? `"${cell}"` : csvCell(cell)
    case 'number': return numberText(cell)
    case 'object': return cell === null
      ? ''
      : cell instanceof Uint8Array
        ? `"${bufferOf(cell).toString('base64')}"`
        : writeTime(cell)
    default: return String(cell)
  }
}
