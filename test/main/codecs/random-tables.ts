import type { RowColumn, RowTable } from '../../../src/main/codecs/table'
import type { Scalar } from '../../../src/main/codecs/values'
import type { FormatName } from '../../../src/shared/formats'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { shortest } from '../../../src/main/codecs/numbers'
import { columnOf } from '../../../src/main/codecs/table'
import { CalendarDay, Moment, writeTime } from '../../../src/main/codecs/values'

/** What docs/codecs.md promises, in code: the table that comes back after one format. */
export function through(format: FormatName, { rows, columns }: RowTable): RowTable {
  const keepsColumns = format === 'arrow' || format === 'arrow-stream' || format === 'parquet' || format === 'csv'
  // JSON and MessagePack have names only in rows.
  const left = keepsColumns || rows > 0 ? columns : []
  const kept = left.map(column => throughColumn(format, column))
  return { rows, columns: format === 'json' || format === 'ndjson' ? numbersFirst(kept) : kept }
}

function throughColumn(format: FormatName, column: RowColumn): RowColumn {
  const cells = column.cells.map(cell => throughCell(format, cell))
  if (format === 'arrow' || format === 'arrow-stream' || format === 'parquet')
    return column
  return columnOf(column.name, cells)
}

function throughCell(format: FormatName, cell: Scalar): Scalar {
  if (cell instanceof Uint8Array && format !== 'msgpack')
    return Buffer.from(cell).toString('base64')
  if (cell instanceof CalendarDay && format !== 'csv')
    return writeTime(cell)
  if (cell instanceof Moment && format !== 'csv' && format !== 'msgpack')
    return writeTime(cell)
  if (typeof cell === 'number' && !Number.isFinite(cell) && (format === 'json' || format === 'ndjson'))
    return null
  return cell
}

/** JavaScript's objects have names that are whole numbers first. */
function numbersFirst(columns: readonly RowColumn[]): RowColumn[] {
  const byName = new Map(columns.map(column => [column.name, column]))
  return Object.keys(Object.fromEntries(columns.map(({ name }) => [name, 0])))
    .map(name => byName.get(name) as RowColumn)
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  // What CSV could take for something else.
  fc.constantFrom('', 'true', '1', '007', '-0', '1e5', 'NaN', '2026-11-30', '2026-11-30T01:02:03.004Z'),
  fc.constantFrom('a,b', '"', 'a"b', '\r\n', '\uFEFF', ' '),
)
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(shortest),
  fc.constantFrom(-128, -129, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32, -(2 ** 31) - 1),
)
const moment = fc.bigInt({ min: -62_167_219_200_000_000n, max: 253_402_300_799_999_999n })
  .map(micros => new Moment(micros))
const day = fc.integer({ min: -719_528, max: 2_932_896 }).map(days => new CalendarDay(days))
const kinds: fc.Arbitrary<Scalar>[] = [
  text,
  integer,
  fc.double(),
  fc.oneof(fc.double(), fc.constantFrom(-0, 0, 1, 2.5, 1e17, 1e19, 1e21, 5e-324, Number.NaN, Infinity)),
  fc.boolean(),
  moment,
  day,
  fc.uint8Array({ maxLength: 20 }),
  fc.constant(null),
]
const name = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '1', '2026', '__proto__', 'a,b', '\uFEFFa', 'toString'),
)

/** Tables with columns of one type each. */
export const randomTable: fc.Arbitrary<RowTable> = fc
  .tuple(fc.uniqueArray(name, { maxLength: 5, minLength: 1 }), fc.nat(12))
  .chain(([names, rows]) =>
    fc.tuple(...names.map(column => fc.nat(kinds.length - 1).chain(kind =>
      fc.array(
        fc.option(kinds[kind] as fc.Arbitrary<Scalar>, { nil: null, freq: 5 }),
        { minLength: rows, maxLength: rows },
      ).map(cells => columnOf(column, cells)))))
      .map(columns => ({ rows, columns })))
  .filter(({ columns }) => columns.every(({ type }) => type !== 'mixed'))

/** A table as plain data, which tests can compare and print. */
export function shown({ rows, columns }: RowTable): unknown {
  return { rows, columns: columns.map(({ name, type, cells }) => ({ name, type, cells: cells.map(cellShown) })) }
}

function cellShown(cell: Scalar): unknown {
  if (cell instanceof Uint8Array)
    return { bytes: Buffer.from(cell).toString('hex') }
  return cell instanceof Moment || cell instanceof CalendarDay ? { time: writeTime(cell) } : cell
}
