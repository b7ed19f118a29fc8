import type { ImportFormat } from '@shared/imports'
import type { SnapshotHeader } from '@shared/transfer'
import type { ReadableFile } from '../../base/readable-file'
import type { EntryInput } from './entry-input'
import type { Frame, FrameName } from './frames'
import { LarderError } from '@shared/errors'
import { readEntry } from './entry-input'
import { badFile, chunksOf, linesOf } from './frames'
import { readHeader } from './header'
import { parseFrame } from './json-frame'

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
  const frames = linesOf(chunksOf(file, onRead))
  const read = readerOf('Line', frame => readEntry(parseFrame(frame, most), valueLimit))
  if (format !== 'snapshot')
    return { header: null, name: 'Line', frames, read }
  const { first, rest } = await behead(frames)
  if (first === undefined)
    throw badFile('Line', 1, 'must be the header of a snapshot, but there is nothing')
  return { header: readHeader(first), name: 'Line', frames: rest, read }
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
