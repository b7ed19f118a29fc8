import type { ReadableFile } from '../../base/readable-file'
import { Buffer, isUtf8 } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'

/** A line of a file, or an item of what it lists, still as text; `place` is how people find it. */
export interface Frame { place: string, text: string }

/** Bytes that are read at once. */
const chunkBytes = 256 * 1024
const lineFeed = 0x0A
const mark = Buffer.from('\uFEFF')

/** The bytes of a file in pieces, without a byte order mark. */
export async function* chunksOf(file: ReadableFile, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const chunk = await file.read(at, chunkBytes)
    if (chunk.length === 0)
      return
    onRead(chunk.length)
    yield at === 0 && chunk.subarray(0, mark.length).equals(mark) ? chunk.subarray(mark.length) : chunk
    at += chunk.length
  }
}

/** Gathers the bytes of one frame, which may lie in several chunks. */
interface Gatherer {
  readonly isEmpty: boolean
  /** Throws LarderError `bad-file` for more bytes than a frame may have. */
  add: (bytes: Buffer, place: string) => void
  /** The text of all bytes. Throws LarderError `bad-file` if they are not UTF-8. */
  take: (place: string) => string
}

function createGatherer(): Gatherer {
  let pieces: Buffer[] = []
  let length = 0
  return {
    get isEmpty() {
      return length === 0
    },
    add(bytes, place) {
      length += bytes.length
      if (length > limits.transferLine)
        throw badFile(place, `must have at most ${grouped(limits.transferLine)} bytes`)
      pieces.push(bytes)
    },
    take(place) {
      const bytes = pieces.length === 1 ? pieces[0] as Buffer : Buffer.concat(pieces, length)
      pieces = []
      length = 0
      if (!isUtf8(bytes))
        throw badFile(place, 'must be UTF-8')
      return bytes.toString()
    },
  }
}

/** The lines of a file that are not blank. Throws LarderError `bad-file`. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  const held = createGatherer()
  let number = 1
  const placeOf = (): string => `Line ${grouped(number)}`
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      held.add(chunk.subarray(from, end), placeOf())
      const text = held.take(placeOf())
      if (text.trim() !== '')
        yield { place: placeOf(), text }
      from = end + 1
      number++
    }
    if (from < chunk.length)
      held.add(chunk.subarray(from), placeOf())
  }
  if (!held.isEmpty) {
    const text = held.take(placeOf())
    if (text.trim() !== '')
      yield { place: placeOf(), text }
  }
}

/** The error for something that is wrong with a file. */
export function badFile(place: string, rule: string): LarderError {
  return new LarderError('bad-file', `${place}: ${rule}.`)
}
