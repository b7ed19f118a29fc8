import type { RowColumn, RowTable } from '../../../src/main/codecs/table'
import { columnOf } from '../../../src/main/codecs/table'
import { CalendarDay, Moment } from '../../../src/main/codecs/values'

/** A table with a column of each type, which other programs have read from our files. */
export const writtenTable: RowTable = {
  rows: 4,
  columns: [
    columnOf('id', [1, 9007199254740993n, null, -5]),
    { name: 'price', type: 'number', cells: [1.5, Number.NaN, null, -0] },
    columnOf('ok', [true, false, null, true]),
    columnOf('name', ['a', 'ü😀', '', null]),
    columnOf('at', [new Moment(1_796_000_523_000_004n), null, new Moment(-1n), new Moment(0n)]),
    columnOf('day', [new CalendarDay(20_787), null, new CalendarDay(-25_567), new CalendarDay(0)]),
    columnOf('raw', [new Uint8Array([0, 255]), null, new Uint8Array(0), new Uint8Array([97, 98, 99])]),
  ],
}

/** The first number of columns that a short list of Thrift cannot say. */
export const wideTable: RowTable = {
  rows: 300,
  columns: Array.from({ length: 15 }, (_, column): RowColumn =>
    columnOf(`column ${column}`, Array.from({ length: 300 }, (_, row) => row % 7 === 0 ? null : row * column))),
}
