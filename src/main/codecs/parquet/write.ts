import type { Sink } from '../sink'
import type { ColumnType, RowColumn, RowTable } from '../table'
import type { CalendarDay, Moment, Scalar } from '../values'
import type { ThriftField, ThriftFields } from './thrift-write'
import { Buffer } from 'node:buffer'
import { unfit } from '../fault'
import { createSink } from '../sink'
import { checkTyped } from '../table'
import { writeStruct, writeVarint } from './thrift-write'

/** How a type of columns is written: its number in the format, and what says more about it. */
interface Written { type: number, annotations: ThriftFields }

const utf8: ThriftFields = [[6, { i32: 0 }], [10, { struct: [[1, { struct: [] }]] }]]
const date: ThriftFields = [[6, { i32: 6 }], [10, { struct: [[6, { struct: [] }]] }]]
const microseconds: ThriftField = { struct: [[2, { struct: [] }]] }
const timestamp: ThriftFields = [
  [6, { i32: 10 }],
  [10, { struct: [[8, { struct: [[1, { bool: true }], [2, microseconds]] }]] }],
]
const types: Record<Exclude<ColumnType, 'mixed'>, Written> = {
  boolean: { type: 0, annotations: [] },
  integer: { type: 2, annotations: [] },
  number: { type: 5, annotations: [] },
  text: { type: 6, annotations: utf8 },
  bytes: { type: 6, annotations: [] },
  moment: { type: 2, annotations: timestamp },
  day: { type: 1, annotations: date },
}

interface Place { start: number, size: number }

/**
 * Writes a table as one row group, each column as one page: PLAIN, not packed, every column
 * optional. Throws FormatFault.
 */
export function writeParquet(table: RowTable, limit: number): Buffer {
  checkTyped(table, 'Parquet')
  if (table.columns.length === 0)
    throw unfit('Parquet needs at least one column.')
  const sink = createSink(limit)
  sink.text('PAR1')
  const places = table.rows === 0 ? [] : table.columns.map(column => writeColumn(column, table.rows, sink, limit))
  const start = sink.length
  writeStruct(footerOf(table, places), sink)
  const footer = sink.length - start
  sink.take(4).writeUInt32LE(footer)
  sink.text('PAR1')
  return sink.end()
}

function footerOf({ rows, columns }: RowTable, places: readonly Place[]): ThriftFields {
  const chunks = places.map(({ start, size }, index): ThriftFields => {
    const { name, type } = columns[index] as RowColumn
    return [[2, { i64: start }], [3, {
      struct: [
        [1, { i32: writtenAs(type).type }],
        [2, { i32s: [0, 3] }],
        [3, { texts: [name] }],
        [4, { i32: 0 }],
        [5, { i64: rows }],
        [6, { i64: size }],
        [7, { i64: size }],
        [9, { i64: start }],
      ],
    }]]
  })
  const size = places.reduce((sum, place) => sum + place.size, 0)
  return [
    [1, { i32: 2 }],
    [2, { list: [[[4, { text: 'schema' }], [5, { i32: columns.length }]], ...columns.map(schemaOf)] }],
    [3, { i64: rows }],
    [4, { list: rows === 0 ? [] : [[[1, { list: chunks }], [2, { i64: size }], [3, { i64: rows }]]] }],
    [6, { text: 'larder' }],
  ]
}

function schemaOf({ name, type }: RowColumn): ThriftFields {
  const { type: physical, annotations } = writtenAs(type)
  return [[1, { i32: physical }], [3, { i32: 1 }], [4, { text: name }], ...annotations]
}

function writtenAs(type: ColumnType): Written {
  if (type === 'mixed')
    throw new TypeError('A table with a mixed column was not checked')
  return types[type]
}

function writeColumn({ cells, type }: RowColumn, rows: number, sink: Sink, limit: number): Place {
  const body = createSink(limit)
  writeLevels(cells, rows, body)
  writeCells(type, cells, body)
  const page = body.end()
  const start = sink.length
  const head: ThriftFields = [[1, { i32: rows }], [2, { i32: 0 }], [3, { i32: 3 }], [4, { i32: 3 }]]
  writeStruct([[1, { i32: 0 }], [2, { i32: page.length }], [3, { i32: page.length }], [5, { struct: head }]], sink)
  sink.bytes(page)
  return { start, size: sink.length - start }
}

/** Which cells are there, as runs of 1 and 0. */
function writeLevels(cells: readonly Scalar[], rows: number, sink: Sink): void {
  const levels = createSink(rows * 6 + 16)
  for (let from = 0; from < rows;) {
    const isNull = cells[from] === null
    let to = from + 1
    while (to < rows && (cells[to] === null) === isNull)
      to++
    writeVarint(levels, (to - from) * 2)
    levels.take(1)[0] = isNull ? 0 : 1
    from = to
  }
  const bytes = levels.end()
  sink.take(4).writeUInt32LE(bytes.length)
  sink.bytes(bytes)
}

function writeCells(type: ColumnType, cells: readonly Scalar[], sink: Sink): void {
  const present = cells.filter(cell => cell !== null)
  switch (type) {
    case 'boolean': {
      const bits = sink.take(Math.ceil(present.length / 8)).fill(0)
      present.forEach((cell, index) => cell === true && (bits[index >> 3] = (bits[index >> 3] ?? 0) | 1 << (index & 7)))
      return
    }
    case 'integer': return present.forEach(cell => sink.take(8).writeBigInt64LE(BigInt(cell as number | bigint)))
    case 'number': return present.forEach(cell => sink.take(8).writeDoubleLE(cell as number))
    case 'moment': return present.forEach(cell => sink.take(8).writeBigInt64LE((cell as Moment).micros))
    case 'day': return present.forEach(cell => sink.take(4).writeInt32LE((cell as CalendarDay).days))
    case 'text': return present.forEach((cell) => {
      sink.take(4).writeUInt32LE(Buffer.byteLength(cell as string))
      sink.text(cell as string)
    })
    default: return present.forEach((cell) => {
      sink.take(4).writeUInt32LE((cell as Uint8Array).length)
      sink.bytes(cell as Uint8Array)
    })
  }
}
