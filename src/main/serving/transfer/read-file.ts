import type { ImportFormat } from '@shared/imports'
import type { SnapshotHeader } from '@shared/transfer'
import type { ReadableFile } from '../../base/readable-file'
import type { EntryInput } from './entry-input'
import type { Frame } from './frames'
import { LarderError } from '@shared/errors'
import { readEntry } from './entry-input'
import { badFile, chunksOf, linesOf } from './frames'
import { readHeader } from './header'
import { parseFrame } from './json-frame'

/** An entry of a file, or what is wrong with it. */
export type FileItem = { place: string, entry: EntryInput } | { place: string, fault: LarderError }

/** A file of entries that has been opened. */
export interface EntryFile {
  /** Null: the file is none of Larder's own. */
  header: SnapshotHeader | null
  /** Throws LarderError `bad-file` where nothing can be read from there on. */
  items: AsyncGenerator<FileItem>
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
  const items = itemsOf(frames, frame => readEntry(parseFrame(frame, most), valueLimit))
  if (format !== 'snapshot')
    return { header: null, items }
  const { value: first } = await frames.next()
  if (first === undefined)
    throw badFile('Line 1', 'must be the header of a snapshot, but there is nothing')
  return { header: readHeader(first), items }
}

async function* itemsOf(frames: AsyncGenerator<Frame>, read: (frame: Frame) => EntryInput): AsyncGenerator<FileItem> {
  for await (const frame of frames) {
    const { place } = frame
    try {
      yield { place, entry: read(frame) }
    }
    catch (error) {
      if (!(error instanceof LarderError))
        throw error
      yield { place, fault: error.code === 'bad-file' ? error : badFile(place, error.message) }
    }
  }
}
