import type { ExportFormat } from '@shared/jobs'
import type { Peek } from '../ports'
import { Buffer, isUtf8 } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { tableColumns } from '@shared/transfer'
import { base64Pieces, bytesInJson, textPieces } from '../../base/bytes-in-json'
import { csvCell } from '../../base/csv-line'
import { toMilliseconds } from '../transfer/entry-line'

/** An entry with what is left of its life. */
type ExportedEntry = Pick<Peek, 'value' | 'contentType' | 'ttl' | 'grace' | 'givenTtl' | 'givenGrace' | 'tags'>
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

function* jsonEntry({ key, value, contentType, tags, ...entry }: ExportedEntry): Generator<string, void> {
  const [ttl, grace] = [toMilliseconds(entry.ttl), toMilliseconds(entry.grace)]
  const [givenTtl, givenGrace] = [toMilliseconds(entry.givenTtl), toMilliseconds(entry.givenGrace)]
  yield `{"key":${JSON.stringify(key)},"value":{`
  yield* bytesInJson(value)
  yield `},${JSON.stringify({ contentType, ttl, grace, givenTtl, givenGrace, tags }).slice(1)}`
}

/** What is no text is base64 in a column beside. Texts are in quotes, so that none is a number. */
function* csvRow({ key, value, contentType, ttl, grace, tags }: ExportedEntry): Generator<string, void> {
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
