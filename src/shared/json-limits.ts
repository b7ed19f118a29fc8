import { closeBrace, closeBracket, comma, endOfString, openBrace, openBracket, quote } from './json-scan'

/** Which limit JSON text passes. */
type JsonExcess = 'depth' | 'elements'

/**
 * Which of two limits JSON text passes, if any: how deep arrays and objects nest, and how many
 * values there are at most, each array, object and comma counted as one. Reads the text once and
 * allocates nothing, so that a parser that recurses, and makes an object of each value, never sees
 * such input. Says nothing about whether the text is valid JSON.
 */
export function jsonExcess(text: string, depth: number, elements: number): JsonExcess | undefined {
  let level = 0
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at) - 1
    }
    else if (code === comma || code === openBracket || code === openBrace) {
      if (code !== comma && ++level > depth)
        return 'depth'
      if (++count > elements)
        return 'elements'
    }
    else if (code === closeBracket || code === closeBrace) {
      level--
    }
  }
  return undefined
}
