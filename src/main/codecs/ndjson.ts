import type { RowTable } from './table'
import type { Members, Value } from './values'
import { grouped } from '@shared/grouped'
import { FormatFault } from '../base/conversions'
import { jsonFault } from '../base/json-syntax'
import { parseJsonText, writeJson, writeRows } from './json'
import { createSink } from './sink'
import { objectsOf } from './table'
import { decodeUtf8 } from './utf8'

const lineFeed = 0x0A

/** Reads rows, one JSON object a line; empty lines count for nothing. Throws FormatFault. */
export function readNdjson(bytes: Uint8Array): readonly Members[] {
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
  return objectsOf(rows)
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

/** Writes objects, which may hold anything. Throws FormatFault for any other value. */
export function writeNdjsonOf(value: Value, limit: number): Buffer {
  const sink = createSink(limit)
  for (const item of objectsOf(value)) {
    writeJson(item, sink)
    sink.text('\n')
  }
  return sink.end()
}
