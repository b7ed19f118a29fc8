/** Most characters of one line: a browser stalls while it lays out a line of a megabyte. */
const longestLine = 1000

/** Strings, brackets, punctuation, and everything else up to the next of these. */
const tokens = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[[\]{}:,]|[^\s[\]{}:,"]+/g

/**
 * Lays JSON text out for reading, one member or item a line. Works on tokens, not on values:
 * numbers and escapes stay as they were written, and text that ends early, or is no JSON, comes out
 * as far as it goes.
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
    // An empty pair of brackets stays together.
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
