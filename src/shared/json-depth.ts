const quote = 0x22
const backslash = 0x5C

/**
 * Whether JSON text (UTF-8) nests arrays and objects deeper than `max`. Reads the bytes once and allocates nothing, so that
 * a parser that recurses never sees such input. Says nothing about whether the text is valid JSON.
 */
export function jsonDepthExceeds(bytes: Uint8Array, max: number): boolean {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      at = endOfString(bytes, at + 1)
    }
    else if (byte === 0x5B || byte === 0x7B) {
      if (++depth > max)
        return true
    }
    else if (byte === 0x5D || byte === 0x7D) {
      depth--
    }
  }
  return false
}

/** Index of the closing quote, or past the end when there is none. */
function endOfString(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== quote)
    at += bytes[at] === backslash ? 2 : 1
  return at
}
