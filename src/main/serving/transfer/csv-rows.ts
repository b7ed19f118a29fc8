import type { CsvCell } from '../../base/csv-line'
import type { Frame } from './frames'
import { Buffer } from 'node:buffer'
import { decodeKey } from '@shared/entry-key'
import { grouped } from '@shared/grouped'
import { tableColumns } from '@shared/transfer'
import { readCsvLine } from '../../base/csv-line'
import { badFile, createGatherer } from './frames'

const lineFeed = 0x0A
const quote = 0x22

/** The rows of a CSV file as text, those of a chunk at once: a row may have ends of lines in it. */
export async function* csvRowsOf(chunks: AsyncIterable<Buffer>, longest: number): AsyncGenerator<Frame[]> {
  const held = createGatherer('Row', longest)
  let isQuoted = false
  for await (const chunk of chunks) {
    const rows: Frame[] = []
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === quote) {
        isQuoted = !isQuoted
      }
      else if (byte === lineFeed && !isQuoted) {
        held.add(chunk.subarray(from, at))
        rows.push(held.take())
        from = at + 1
      }
    }
    if (from < chunk.length)
      held.add(chunk.subarray(from))
    yield rows
  }
  if (!held.isEmpty)
    yield [held.take()]
}

type Column = typeof tableColumns[number]

/** The columns that the first row names. Throws LarderError `bad-file`. */
export function readColumns(frame: Frame): Column[] {
  const names = cellsOf(frame).map(({ text }) => text)
  const unknown = names.findIndex((name, index) => !isColumn(name) || names.indexOf(name) !== index)
  if (unknown >= 0) {
    const rule = `column ${grouped(unknown + 1)} must be another one of ${tableColumns.join(', ')}`
    throw badFile('Row', frame.number, rule)
  }
  if (!names.includes('key') && !names.includes('keyBase64'))
    throw badFile('Row', frame.number, 'must name the column key')
  if (!names.includes('value') && !names.includes('base64'))
    throw badFile('Row', frame.number, 'must name the column value')
  return names.filter(isColumn)
}

/** An entry as JSON would have it. Throws LarderError `bad-file`. */
export function readRow(frame: Frame, columns: readonly Column[]): object {
  const cells = cellsOf(frame)
  if (cells.length !== columns.length) {
    const rule = `must have as many cells as the first row, ${grouped(columns.length)}, but has ${grouped(cells.length)}`
    throw badFile('Row', frame.number, rule)
  }
  const texts = new Map(columns.map((column, index) => [column, cells[index]?.text ?? '']))
  const given = (column: Column): string => texts.get(column) ?? ''
  return {
    key: given('keyBase64') === '' ? given('key') : decodeKey(Buffer.from(given('keyBase64'), 'base64')),
    value: given('base64') === '' ? { text: given('value') } : { base64: given('base64') },
    ...given('contentType') !== '' && { contentType: given('contentType') },
    ...livesOf(given('ttl'), given('grace')),
    ...given('tags') !== '' && { tags: readTags(frame, given('tags')) },
  }
}

function isColumn(name: string): name is Column {
  return (tableColumns as readonly string[]).includes(name)
}

function cellsOf({ number, text }: Frame): CsvCell[] {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text
  const cells: CsvCell[] = []
  const next = readCsvLine(line, 0, cells, (column, reason) =>
    badFile('Row', number, `column ${grouped(column)}: ${reason}`))
  if (next <= line.length)
    throw badFile('Row', number, 'must be one row; lines end with a line feed')
  return cells
}

/** Numbers are seconds; what is stale was given at least the time that it was fresh. */
function livesOf(ttl: string, grace: string): object {
  const left = timeOf(ttl)
  return {
    ...left !== undefined && { ttl: left },
    ...typeof left === 'number' && left <= 0 && { givenTtl: 0 },
    ...grace !== '' && { grace: timeOf(grace) },
  }
}

function timeOf(text: string): string | number | null | undefined {
  if (text === '')
    return undefined
  return text === 'none' ? null : /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

/** A JSON list of texts, or texts with commas in between. */
function readTags({ number }: Frame, text: string): unknown {
  if (!text.startsWith('['))
    return text.split(',').map(tag => tag.trim()).filter(tag => tag !== '')
  try {
    return JSON.parse(text) as unknown
  }
  catch {
    throw badFile('Row', number, 'column tags: must be a JSON list of texts, or texts with commas in between')
  }
}
