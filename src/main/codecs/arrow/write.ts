import type { Sink } from '../sink'
import type { ColumnType, RowColumn, RowTable } from '../table'
import type { CalendarDay, Moment, Scalar } from '../values'
import type { FlatNode, FlatValue } from './flat-builder'
import { Buffer } from 'node:buffer'
import { unfit } from '../fault'
import { createSink } from '../sink'
import { checkTyped } from '../table'
import { buildFlat } from './flat-builder'

const magic = 'ARROW1'
/** Version 5 of the metadata, and the kinds of messages. */
const version: FlatValue = { bytes: 2, number: 4 }
const headers = { schema: 1, batch: 3 }

/** Where a buffer lies in the body of its batch. */
type Region = readonly [offset: bigint, length: bigint]

/** The number of a type in the schema of Arrow, and its own fields. */
const types: Record<Exclude<ColumnType, 'mixed'>, readonly [number, FlatNode]> = {
  boolean: [6, { table: [] }],
  integer: [2, { table: [[0, { bytes: 4, number: 64 }], [1, { bytes: 1, number: 1 }]] }],
  number: [3, { table: [[0, { bytes: 2, number: 2 }]] }],
  text: [5, { table: [] }],
  bytes: [4, { table: [] }],
  moment: [10, { table: [[0, { bytes: 2, number: 2 }], [1, { node: { text: 'UTC' } }]] }],
  day: [8, { table: [[0, { bytes: 2, number: 0 }]] }],
}

/**
 * Writes a table as an Arrow file (Feather) or stream, with one batch that is not packed. Every
 * column may hold nulls. Throws FormatFault.
 */
export function writeArrow(table: RowTable, form: 'file' | 'stream', limit: number): Buffer {
  checkTyped(table, 'Arrow')
  const sink = createSink(limit)
  if (form === 'file')
    sink.text(`${magic}\0\0`)
  const schema = schemaOf(table)
  writeMessage(sink, headers.schema, schema, 0)
  const start = sink.length
  const body = createSink(limit)
  const regions: Region[] = []
  for (const column of table.columns)
    writeColumn(column, table.rows, body, regions)
  const bytes = body.end()
  writeMessage(sink, headers.batch, batchOf(table, regions), bytes.length)
  const head = sink.length - start
  sink.bytes(bytes)
  sink.bytes(Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]))
  if (form === 'file') {
    // A block is a place, a length of 32 bits that takes eight bytes, and another length.
    const block = [BigInt(start), BigInt(head), BigInt(bytes.length)]
    const footer = buildFlat({
      table: [[0, version], [1, { node: schema }], [2, { node: { structs: [] } }], [3, { node: { structs: [block] } }]],
    })
    sink.bytes(footer)
    sink.take(4).writeUInt32LE(footer.length)
    sink.text(magic)
  }
  return sink.end()
}

function writeMessage(sink: Sink, type: number, header: FlatNode, bodyLength: number): void {
  const bytes = buildFlat({
    table: [
      [0, version],
      [1, { bytes: 1, number: type }],
      [2, { node: header }],
      [3, { bytes: 8, number: bodyLength }],
    ],
  })
  const head = sink.take(8)
  head.writeUInt32LE(0xFFFFFFFF, 0)
  head.writeUInt32LE(bytes.length, 4)
  sink.bytes(bytes)
}

function schemaOf({ columns }: RowTable): FlatNode {
  return {
    table: [[0, { bytes: 2, number: 0 }], [1, {
      node: {
        tables: columns.map(({ name, type }): FlatNode => {
          if (type === 'mixed')
            throw new TypeError('A table with a mixed column was not checked')
          const [code, node] = types[type]
          return {
            table: [
              [0, { node: { text: name } }],
              [1, { bytes: 1, number: 1 }],
              [2, { bytes: 1, number: code }],
              [3, { node }],
              [5, { node: { tables: [] } }],
            ],
          }
        }),
      },
    }]],
  }
}

function batchOf({ columns, rows }: RowTable, regions: readonly Region[]): FlatNode {
  const nodes = columns.map(({ cells }) => [BigInt(rows), BigInt(cells.filter(cell => cell === null).length)])
  return {
    table: [
      [0, { bytes: 8, number: rows }],
      [1, { node: { structs: nodes } }],
      [2, { node: { structs: regions } }],
    ],
  }
}

function writeColumn({ cells, type }: RowColumn, rows: number, body: Sink, regions: Region[]): void {
  const buffer = (write: () => void): void => {
    const start = body.length
    write()
    regions.push([BigInt(start), BigInt(body.length - start)])
    body.take((8 - body.length % 8) % 8).fill(0)
  }
  const bits = (isSet: (cell: Scalar) => boolean): void => {
    const bytes = body.take(Math.ceil(rows / 8)).fill(0)
    cells.forEach((cell, row) => isSet(cell) && (bytes[row >> 3] = (bytes[row >> 3] ?? 0) | 1 << (row & 7)))
  }
  buffer(() => bits(cell => cell !== null))
  switch (type) {
    case 'boolean': return buffer(() => bits(cell => cell === true))
    case 'integer': return buffer(() => cells.forEach(cell =>
      body.take(8).writeBigInt64LE(BigInt(cell as number | bigint | null ?? 0))))
    case 'number': return buffer(() => cells.forEach(cell => body.take(8).writeDoubleLE(cell as number | null ?? 0)))
    case 'moment': return buffer(() => cells.forEach(cell =>
      body.take(8).writeBigInt64LE((cell as Moment | null)?.micros ?? 0n)))
    case 'day': return buffer(() => cells.forEach(cell =>
      body.take(4).writeInt32LE((cell as CalendarDay | null)?.days ?? 0)))
    default: {
      let end = 0
      buffer(() => {
        body.take(4).writeInt32LE(0)
        for (const cell of cells) {
          end += cell === null ? 0 : typeof cell === 'string' ? Buffer.byteLength(cell) : (cell as Uint8Array).length
          if (end > 0x7FFFFFFF)
            throw unfit('A column has more text than Arrow can say.')
          body.take(4).writeInt32LE(end)
        }
      })
      buffer(() => cells.forEach((cell) => {
        if (typeof cell === 'string')
          body.text(cell)
        else if (cell !== null)
          body.bytes(cell as Uint8Array)
      }))
    }
  }
}
