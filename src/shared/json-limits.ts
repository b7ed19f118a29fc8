const quote = 0x22
const comma = 0x2C
const backslash = 0x5C

/** Which limit JSON text passes. */
export type JsonExcess = 'depth' | 'elements'

/**
 * Which of two limits JSON text (UTF-8) passes, if any: how deep arrays and objects nest, and how many
 * values there are at most, each array, object and comma counted as one. Reads the bytes once and
 * allocates nothing, so that a parser that recurses, and makes an object of each value, never sees such
 * input. Says nothing about whether the text is valid JSON.
 */
export function jsonExcess(bytes: Uint8Array, depth: number, elements: number): JsonExcess | undefined {
  let level = 0
  let count = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      at = endOfString(bytes, at + 1)
    }
    else if (byte === comma) {
      if (++count > elements)
        return 'elements'
    }
    else if (byte === 0x5B || byte === 0x7B) {
      if (++level > depth)
        return 'depth'
      if (++count > elements)
        return 'elements'
    }
    else if (byte === 0x5D || byte === 0x7D) {
      level--
    }
  }
  return undefined
}

/** Index of the closing quote, or past the end when there is none. */
function endOfString(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== quote)
    at += bytes[at] === backslash ? 2 : 1
  return at
}
