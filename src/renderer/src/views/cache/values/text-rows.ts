import type { Offsets, Sliced } from './slices'
import { createOffsets } from './slices'

/**
 * Maximum number of bytes of a row. Longer lines continue in the next row, because browsers stall
 * on a line of a megabyte.
 */
const longestRow = 512
/** Bytes that follow the first one of a character at most (RFC 3629 §3). */
const longestTail = 3
/** Bytes between two pauses. */
const stride = 65_536

export interface TextRows {
  readonly count: number
  /** The row's text, without its line end. */
  text: (index: number) => string
  /** Number of the line that begins here, from 1; null if the row continues a line. */
  line: (index: number) => number | null
  /** Whether the bytes are well-formed UTF-8. Malformed ones are shown as U+FFFD. */
  readonly valid: boolean
}

/**
 * Cuts bytes into rows at line ends and by length, but never inside a character. Bytes that are not
 * UTF-8 may continue forever without beginning a character, so they are cut by length alone.
 */
export function* cutRows(bytes: Uint8Array): Sliced<TextRows> {
  const starts = createOffsets()
  /** Index of the row at which each line begins. */
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
    else if (at - start >= longestRow
      && (at - start >= longestRow + longestTail || ((bytes[at] ?? 0) & 0xC0) !== 0x80)) {
      start = at
      starts.push(start)
    }
    if (at % stride === 0)
      yield
  }
  // Nothing follows the last line end, so there is no further line.
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

/** Returns the index of the last offset that is not above `value`. */
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
    // The decoder throws for bytes that are not UTF-8.
    return false
  }
}
