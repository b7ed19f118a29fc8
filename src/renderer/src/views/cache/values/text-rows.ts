import type { Offsets, Sliced } from './slices'
import { createOffsets } from './slices'

/**
 * Bytes of a row: what is longer goes on in the next, since browsers stall over a line of a
 * megabyte.
 */
const longestRow = 512
/** Bytes between two pauses. */
const stride = 65_536

export interface TextRows {
  readonly count: number
  /** The row's text, without its line end. */
  text: (index: number) => string
  /** Number of the line that begins here, from 1; null where one goes on. */
  line: (index: number) => number | null
  /** Whether the bytes are well-formed UTF-8. What is not shows as U+FFFD. */
  readonly valid: boolean
}

/** Cuts bytes into rows by line ends and length, never inside of a character. */
export function* cutRows(bytes: Uint8Array): Sliced<TextRows> {
  const starts = createOffsets()
  /** Row at which each line begins. */
  const lineStarts = createOffsets()
  starts.push(0)
  lineStarts.push(0)
  let start = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x0A) {
      start = at + 1
      lineStarts.push(starts.length)
      starts.push(start)
    }
    else if (at - start >= longestRow && ((bytes[at] ?? 0) & 0xC0) !== 0x80) {
      start = at
      starts.push(start)
    }
    if (at % stride === 0)
      yield
  }
  // The end of the last line is no line of its own.
  const count = start === bytes.length && starts.length > 1 ? starts.length - 1 : starts.length
  const valid = yield* isUtf8(bytes)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return {
    count,
    valid,
    text(index) {
      const end = index + 1 < starts.length ? starts.at(index + 1) : bytes.length
      return decoder.decode(bytes.subarray(starts.at(index), end)).replace(/\r?\n$/, '')
    },
    line(index) {
      const found = search(lineStarts, index)
      return lineStarts.at(found) === index ? found + 1 : null
    },
  }
}

/** Index of the last offset that is not above `value`. */
function search(offsets: Offsets, value: number): number {
  let low = 0
  let high = offsets.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (offsets.at(middle) <= value)
      low = middle
    else
      high = middle - 1
  }
  return low
}

export function* isUtf8(bytes: Uint8Array): Sliced<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (let from = 0; from < bytes.length; from += stride) {
      decoder.decode(bytes.subarray(from, from + stride), { stream: true })
      yield
    }
    decoder.decode()
    return true
  }
  catch {
    // The decoder's way to say no.
    return false
  }
}
