import type { ExportFormat } from '@shared/jobs'
import type { Peek } from '../ports'
import { Buffer, isUtf8 } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { tableColumns } from '@shared/transfer'
import { base64Pieces, bytesInJson, textPieces } from '../../base/bytes-in-json'
import { csvCell } from '../../base/csv-line'
import { readable } from '../readable'
import { toMilliseconds } from '../transfer/entry-line'

/** An entry with what is left of its life. */
type ExportedEntry = Pick<Peek, 'value' | 'contentType' | 'kind' | 'ttl' | 'grace' | 'givenTtl' | 'givenGrace' | 'tags'>
  & { key: string }

/** How entries are written; pieces, because a value may be large. */
interface ExportWriter {
  /** The ending of the file. */
  ending: string
  begin: string
  between: string
  entry: (entry: ExportedEntry) => Generator<string, void>
  end: string
}

export const exportWriters: Readonly<Record<ExportFormat, ExportWriter>> = {
  ndjson: { ending: 'jsonl', begin: '', between: '\n', entry: jsonEntry, end: '\n' },
  json: { ending: 'json', begin: '[\n', between: ',\n', entry: jsonEntry, end: '\n]\n' },
  csv: { ending: 'csv', begin: `${tableColumns.join(',')}\r\n`, between: '\r\n', entry: csvRow, end: '\r\n' },
}

/** Hashes and sets as they are held, so that they can be loaded again. */
function* jsonEntry({ key, value, contentType, kind, tags, ...entry }: ExportedEntry): Generator<string, void> {
  const [ttl, grace] = [toMilliseconds(entry.ttl), toMilliseconds(entry.grace)]
  const [givenTtl, givenGrace] = [toMilliseconds(entry.givenTtl), toMilliseconds(entry.givenGrace)]
  const structure = kind === 'bytes' ? undefined : { kind }
  yield `{"key":${JSON.stringify(key)},"value":{`
  yield* bytesInJson(value)
  yield `},${JSON.stringify({ contentType, ...structure, ttl, grace, givenTtl, givenGrace, tags }).slice(1)}`
}

/**
 * What is no text is base64 in a column beside. Texts are in quotes, so that none is a number.
 * There is no column for kinds, so hashes and sets are JSON.
 */
function* csvRow({ key, ttl, grace, tags, ...entry }: ExportedEntry): Generator<string, void> {
  const { value, contentType } = readable(entry)
  const isText = isUtf8(value)
  yield key.isWellFormed() ? `${csvCell(key)},,` : `,${Buffer.from(encodeKey(key)).toString('base64')},`
  yield isText ? '"' : ',"'
  for (const piece of isText ? textPieces(value) : base64Pieces(value))
    yield piece.replaceAll('"', '""')
  yield isText ? '",,' : '",'
  const labels = tags.length === 0 ? '' : csvCell(JSON.stringify(tags))
  const times = `${toMilliseconds(ttl) ?? 'none'},${grace === 0 ? '' : toMilliseconds(grace)}`
  yield `${csvCell(contentType)},${times},${labels}`
}
