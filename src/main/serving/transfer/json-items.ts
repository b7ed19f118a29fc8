import type { Buffer } from 'node:buffer'
import type { Frame } from './frames'
import { badFile, createGatherer } from './frames'

const quote = 0x22
const comma = 0x2C
const backslash = 0x5C
const opening = { list: 0x5B, object: 0x7B } as const
const closing: ReadonlySet<number> = new Set([0x5D, 0x7D])
const openings: ReadonlySet<number> = new Set(Object.values(opening))
const blank: ReadonlySet<number> = new Set([0x20, 0x09, 0x0A, 0x0D])

/**
 * The items of a JSON list, or the members of an object, as text, those of a chunk at once. So a
 * file of any size is read item by item. Throws LarderError `bad-file` for what is neither; each
 * item has yet to be parsed.
 */
export async function* jsonItemsOf(
  chunks: AsyncIterable<Buffer>,
  kind: keyof typeof opening,
  longest: number,
): AsyncGenerator<Frame[]> {
  const held = createGatherer('Entry', longest)
  let depth = 0
  let isInText = false
  let isEscaped = false
  let isOver = false
  /** Whether a comma was seen, so that something has to follow. */
  let isOwed = false
  /** Whether the item has something besides blanks. */
  let isFilled = false
  for await (const chunk of chunks) {
    const items: Frame[] = []
    let from = depth > 0 ? 0 : -1
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (isInText) {
        isInText = isEscaped || byte !== quote
        isEscaped = !isEscaped && byte === backslash
        continue
      }
      if (blank.has(byte))
        continue
      if (isOver || (depth === 0 && byte !== opening[kind]))
        throw badFile('Entry', held.number, isOver ? 'something follows the end' : `must begin a JSON ${kind}`)
      if (depth === 0) {
        depth = 1
        from = at + 1
        continue
      }
      const ends = closing.has(byte)
      if (depth === 1 && (ends || byte === comma)) {
        held.add(chunk.subarray(from, at))
        isOver = ends
        depth = ends ? 0 : 1
        from = ends ? -1 : at + 1
        const isItem = isFilled || isOwed || byte === comma
        const frame = held.take()
        if (isItem)
          items.push(frame)
        isOwed = byte === comma
        isFilled = false
        continue
      }
      isFilled = true
      isInText = byte === quote
      depth += openings.has(byte) ? 1 : ends ? -1 : 0
    }
    if (from >= 0 && from < chunk.length)
      held.add(chunk.subarray(from))
    yield items
  }
  if (!isOver)
    throw badFile('Entry', held.number, depth === 0 ? `must begin a JSON ${kind}` : `the JSON ${kind} has no end`)
}
