import { closeBrace, closeBracket, comma, endOfString, openBrace, openBracket, quote } from './json-scan'

/** The limit that a JSON text exceeds. */
type JsonExcess = 'depth' | 'elements'

/**
 * Returns which of two limits a JSON text exceeds, if any: how deeply arrays and objects are
 * nested, and how many values there are at most, where each array, object and comma counts as one.
 * Reads the text once and allocates nothing, so that such input never reaches a parser that
 * recurses and creates an object for each value. Does not check whether the text is valid JSON.
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
