import type { ImportFormat } from '@shared/imports'
import type { SnapshotHeader } from '@shared/transfer'
import type { Buffer } from 'node:buffer'
import type { ReadableFile } from '../../base/readable-file'
import type { EntryInput } from './entry-input'
import type { Frame, FrameName } from './frames'
import { LarderError } from '@shared/errors'
import { endOfString } from '@shared/json-scan'
import { limits } from '@shared/limits'
import { csvRowsOf, readColumns, readRow } from './csv-rows'
import { readEntry } from './entry-input'
import { badFile, chunksOf, linesOf } from './frames'
import { readHeader } from './header'
import { parseFrame } from './json-frame'
import { jsonItemsOf } from './json-items'

/** An entry of a file, or what is wrong with it. */
export type FileItem = { number: number, entry: EntryInput } | { fault: LarderError }

/** A file of entries that has been opened. */
export interface EntryFile {
  /** Null: the file is none of Larder's own. */
  header: SnapshotHeader | null
  name: FrameName
  /** Its entries, some at once. Throws LarderError `bad-file` where nothing more can be read. */
  frames: AsyncGenerator<readonly Frame[]>
  read: (frame: Frame) => FileItem
}

/** An entry has few members, whatever is in its value. */
const most = { depth: 8, elements: 1000 }
/** A value may be any JSON. */
const mostOfValue = { depth: limits.jsonDepth, elements: limits.jsonElements }

type Chunks = AsyncGenerator<Buffer>
type Open = (
  chunks: Chunks,
  entryOf: (raw: unknown) => EntryInput,
  longest: number,
) => EntryFile | Promise<EntryFile>

/** How each format is cut into frames, and what a frame is. */
const formats: Record<ImportFormat, Open> = {
  'snapshot': async function (chunks, entryOf, longest) {
    const { first, rest } = await behead(linesOf(chunks, longest))
    if (first === undefined)
      throw badFile('Line', 1, 'must be the header of a snapshot, but there is nothing')
    return { ...linesFile(rest, entryOf), header: readHeader(first) }
  },
  'ndjson': (chunks, entryOf, longest) => linesFile(linesOf(chunks, longest), entryOf),
  'json': (chunks, entryOf, longest) => ({
    header: null,
    name: 'Entry',
    frames: jsonItemsOf(chunks, 'list', longest),
    read: readerOf('Entry', frame => entryOf(parseFrame(frame, most, 'Entry'))),
  }),
  'key-value': (chunks, entryOf, longest) => ({
    header: null,
    name: 'Entry',
    frames: jsonItemsOf(chunks, 'object', longest),
    read: readerOf('Entry', frame => entryOf(readMember(frame))),
  }),
  'csv': async function (chunks, entryOf, longest) {
    const { first, rest } = await behead(csvRowsOf(chunks, longest))
    if (first === undefined)
      throw badFile('Row', 1, 'must name the columns, but there is nothing')
    const columns = readColumns(first)
    return { header: null, name: 'Row', frames: rest, read: readerOf('Row', frame => entryOf(readRow(frame, columns))) }
  },
}

/**
 * Opens a file of entries and reads its header, if it has one. Rejects with LarderError `bad-file`.
 *
 * @param valueLimit the most bytes of a value
 * @param onRead is told how many more bytes were read
 */
export async function readEntryFile(
  file: ReadableFile,
  format: ImportFormat,
  valueLimit: number,
  onRead: (bytes: number) => void = () => {},
): Promise<EntryFile> {
  // A control character takes six bytes in JSON; keys, tags and the rest have a megabyte.
  const longest = Math.min(limits.transferLine, 6 * valueLimit + 1_000_000)
  return await formats[format](chunksOf(file, onRead), raw => readEntry(raw, valueLimit), longest)
}

function linesFile(frames: EntryFile['frames'], entryOf: (raw: unknown) => EntryInput): EntryFile {
  return { header: null, name: 'Line', frames, read: readerOf('Line', frame => entryOf(parseFrame(frame, most))) }
}

/** A member of an object: a text is a value, and anything else is the JSON of one. */
function readMember(frame: Frame): object {
  const member = parseFrame({ ...frame, text: `{${frame.text}}` }, mostOfValue, 'Entry')
  const [[key, value] = ['', '']] = Object.entries(member as object)
  if (typeof value === 'string')
    return { key, value }
  // As it is written: a number may have more digits than JavaScript can hold.
  const colon = frame.text.indexOf(':', endOfString(frame.text, frame.text.indexOf('"')))
  return { key, value: frame.text.slice(colon + 1).trim(), contentType: 'application/json' }
}

/** The first frame, and the others. */
async function behead(
  frames: AsyncGenerator<readonly Frame[]>,
): Promise<{ first: Frame | undefined, rest: AsyncGenerator<readonly Frame[]> }> {
  for (;;) {
    const { value, done } = await frames.next()
    const [first, ...others] = done === true ? [] : value
    if (done !== true && first === undefined)
      continue
    return { first, rest: startingWith(others, frames) }
  }
}

async function* startingWith<T>(first: T, others: AsyncGenerator<T>): AsyncGenerator<T> {
  yield first
  yield* others
}

function readerOf(name: FrameName, read: (frame: Frame) => EntryInput): EntryFile['read'] {
  return (frame) => {
    const { number } = frame
    try {
      return { number, entry: read(frame) }
    }
    catch (error) {
      if (!(error instanceof LarderError))
        throw error
      return { fault: error.code === 'bad-file' ? error : badFile(name, number, error.message) }
    }
  }
}
