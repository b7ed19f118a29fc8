/** Maximum number of characters of a line: browsers stall on lines of a megabyte. */
const longestLine = 1000

/** Strings, brackets, punctuation, and any other text between them. */
const tokens = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[[\]{}:,]|[^\s[\]{}:,"]+/g

/**
 * Formats JSON text for reading, with one member or item per line. Works on tokens, not on values:
 * numbers and escapes stay as written, and text that ends early or is not JSON is formatted as far
 * as possible.
 */
export function layOutJson(text: string): string[] {
  const lines: string[] = []
  let depth = 0
  let line = ''
  let after: 'bracket' | 'comma' | 'value' = 'value'

  function endLine(): void {
    lines.push(line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)
    line = '  '.repeat(depth)
  }

  for (const [token] of text.matchAll(tokens)) {
    const opens = token === '[' || token === '{'
    const closes = token === ']' || token === '}'
    if (closes)
      depth = Math.max(0, depth - 1)
    // An empty pair of brackets stays on one line.
    if (closes ? after !== 'bracket' : after !== 'value')
      endLine()
    line += token === ':' ? ': ' : token
    if (opens)
      depth++
    after = opens ? 'bracket' : token === ',' ? 'comma' : 'value'
  }
  if (line !== '')
    endLine()
  return lines
}
