import type { FormatName } from '@shared/formats'
import type { Buffer } from 'node:buffer'
import type { RowTable } from './table'
import type { Value } from './values'
import { checkJson, jsonMarks, readJson, writeJson, writeRows } from './json'
import { createSink } from './sink'
import { tableOf } from './table'
import { decodeUtf8 } from './utf8'

/** What a value holds: anything, or rows. */
type Decoded = { value: Value } | { table: RowTable }

/** Reads and writes values of one format. All throw FormatFault. */
interface Codec {
  read: (bytes: Uint8Array) => Decoded
  /** @param limit the most bytes that may come out */
  write: (content: Decoded, limit: number) => Buffer
  /** Whether the bytes are of the format, where that is less than to read them. */
  check?: (bytes: Uint8Array) => void
  /** What people read, of a format that is no text. */
  toText?: (bytes: Uint8Array, limit: number) => Buffer
}

/** The rows of a value. Throws FormatFault if it has none. */
export function tableIn(content: Decoded): RowTable {
  return 'table' in content ? content.table : tableOf(content.value)
}

/** The codecs; text is only ever text (`convert.ts`). Each is loaded when it is first used. */
export const codecs: Readonly<Record<Exclude<FormatName, 'text'>, () => Promise<Codec> | Codec>> = {
  'json': () => ({
    read: bytes => ({ value: readJson(bytes) }),
    write(content, limit) {
      const sink = createSink(limit)
      if ('table' in content)
        writeRows(content.table, sink, jsonMarks)
      else
        writeJson(content.value, sink)
      return sink.end()
    },
    check: checkJson,
  }),
  'ndjson': async () => {
    const { readNdjson, writeNdjson, writeNdjsonOf } = await import('./ndjson')
    return {
      read: bytes => ({ value: readNdjson(bytes) }),
      write: (content, limit) => 'table' in content
        ? writeNdjson(content.table, limit)
        : writeNdjsonOf(content.value, limit),
    }
  },
  'msgpack': async () => {
    const [{ readMsgpack, readTree }, { writeMsgpack, writeMsgpackRows }, { writeMsgpackText }] = await Promise.all([
      import('./msgpack-read'),
      import('./msgpack-write'),
      import('./msgpack-text'),
    ])
    return {
      read: bytes => ({ value: readMsgpack(bytes) }),
      write: (content, limit) => 'table' in content
        ? writeMsgpackRows(content.table, limit)
        : writeMsgpack(content.value, limit),
      check: bytes => void readTree(bytes, () => null),
      toText: writeMsgpackText,
    }
  },
  'csv': async () => {
    const { readCsv, writeCsv } = await import('./csv')
    return { read: bytes => ({ table: readCsv(bytes) }), write: (content, limit) => writeCsv(tableIn(content), limit) }
  },
  'arrow': () => arrow('file'),
  'arrow-stream': () => arrow('stream'),
  'parquet': async () => {
    const [{ readParquet }, { writeParquet }] = await Promise.all([import('./parquet/read'), import('./parquet/write')])
    return {
      read: bytes => ({ table: readParquet(bytes) }),
      write: (content, limit) => writeParquet(tableIn(content), limit),
    }
  },
}

async function arrow(form: 'file' | 'stream'): Promise<Codec> {
  const [{ readArrow }, { writeArrow }] = await Promise.all([import('./arrow/read'), import('./arrow/write')])
  return {
    read: bytes => ({ table: readArrow(bytes) }),
    write: (content, limit) => writeArrow(tableIn(content), form, limit),
  }
}

/** Throws FormatFault unless the bytes are text. */
export function checkText(bytes: Uint8Array): void {
  decodeUtf8(bytes)
}
