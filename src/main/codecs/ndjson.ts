import type { RowTable } from './table'
import type { Value } from './values'
import { grouped } from '@shared/grouped'
import { FormatFault } from '../base/conversions'
import { jsonFault } from '../base/json-syntax'
import { parseJsonText, writeRows } from './json'
import { createSink } from './sink'
import { tableOf } from './table'
import { decodeUtf8 } from './utf8'

const lineFeed = 0x0A

/** Reads rows, one JSON object a line; empty lines count for nothing. Throws FormatFault. */
export function readNdjson(bytes: Uint8Array): RowTable {
  decodeUtf8(bytes)
  const rows: Value[] = []
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineFeed, start)
    const end = found < 0 ? bytes.length : found
    const line = bytes.subarray(start, end)
    if (!isBlank(line)) {
      const fault = jsonFault(line)
      if (fault !== undefined) {
        const place = `Row ${grouped(rows.length + 1)}, byte ${grouped(start + fault)}`
        throw new FormatFault('broken', `${place}: is where this stops being JSON.`)
      }
      rows.push(parseJsonText(decodeUtf8(line)))
    }
    start = end + 1
  }
  return tableOf(rows)
}

function isBlank(line: Uint8Array): boolean {
  return line.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0D)
}

/** Writes rows, each a line that ends with a line feed. */
export function writeNdjson(table: RowTable, limit: number): Buffer {
  const sink = createSink(limit)
  const end = table.rows > 0 ? '\n' : ''
  writeRows(table, sink, { first: '', between: '\n', last: end })
  return sink.end()
}
