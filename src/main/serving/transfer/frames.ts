import type { ReadableFile } from '../../base/readable-file'
import { Buffer, isUtf8 } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'

/** A line of a file, or an item of what it lists, still as text. */
export interface Frame {
  /** Which one it is, counted from 1. */
  number: number
  text: string
}

/** What the frames of a file are for people. */
export type FrameName = 'Line' | 'Entry' | 'Row'

/** Bytes that are read at once. */
const chunkBytes = 256 * 1024
const lineFeed = 0x0A
const mark = Buffer.from('\uFEFF')

/** The bytes of a file in pieces, without a byte order mark. */
export async function* chunksOf(file: ReadableFile, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const first = await file.read(0, mark.length)
  let at = first.equals(mark) ? mark.length : 0
  for (;;) {
    const chunk = await file.read(at, chunkBytes)
    if (chunk.length === 0)
      return
    onRead(chunk.length)
    yield chunk
    at += chunk.length
  }
}

/** Gathers the bytes of one frame, at most `longest`, which may lie in several chunks. */
interface Gatherer {
  readonly isEmpty: boolean
  /** Which frame it gathers, counted from 1. */
  readonly number: number
  /** Throws LarderError `bad-file` for more bytes than a frame may have. */
  add: (bytes: Buffer) => void
  /** The text of all as the next frame. Throws LarderError `bad-file` if they are no UTF-8. */
  take: () => Frame
}

export function createGatherer(name: FrameName, longest: number): Gatherer {
  let pieces: Buffer[] = []
  let length = 0
  let number = 1
  return {
    get isEmpty() {
      return length === 0
    },
    get number() {
      return number
    },
    add(bytes) {
      length += bytes.length
      if (length > longest)
        throw badFile(name, number, `must have at most ${grouped(longest)} bytes`)
      pieces.push(bytes)
    },
    take() {
      const bytes = pieces.length === 1 ? pieces[0] as Buffer : Buffer.concat(pieces, length)
      pieces = []
      length = 0
      if (!isUtf8(bytes))
        throw badFile(name, number, 'must be UTF-8')
      return { number: number++, text: bytes.toString() }
    },
  }
}

/** The lines of a file that are not blank, some at once. Throws LarderError `bad-file`. */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  longest: number,
): AsyncGenerator<Frame[]> {
  const held = createGatherer('Line', longest)
  for await (const chunk of chunks) {
    const lines: Frame[] = []
    let from = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      held.add(chunk.subarray(from, end))
      lines.push(held.take())
      from = end + 1
    }
    if (from < chunk.length)
      held.add(chunk.subarray(from))
    yield lines.filter(isFilled)
  }
  if (!held.isEmpty)
    yield [held.take()].filter(isFilled)
}

function isFilled({ text }: Frame): boolean {
  return text.trim() !== ''
}

/** The error for something that is wrong with a file. */
export function badFile(name: FrameName, number: number, rule: string): LarderError {
  return new LarderError('bad-file', `${name} ${grouped(number)}: ${rule}.`)
}
