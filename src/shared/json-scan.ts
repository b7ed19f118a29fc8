export const quote = 0x22
export const comma = 0x2C
export const openBracket = 0x5B
export const closeBracket = 0x5D
export const openBrace = 0x7B
export const closeBrace = 0x7D
const backslash = 0x5C
/**
 * Number of characters to look at one by one before using the engine's own search, which is faster
 * but expensive to call.
 */
const near = 32

/**
 * Returns the index after the closing quote of the JSON string whose opening quote is at `at`; the
 * length of the text if the string is not closed.
 */
export function endOfString(text: string, at: number): number {
  let from = at + 1
  for (;;) {
    for (const end = Math.min(from + near, text.length); from < end; from++) {
      const code = text.charCodeAt(from)
      if (code === quote)
        return from + 1
      if (code === backslash)
        from++
    }
    const next = text.indexOf('"', from)
    if (next < 0)
      return text.length
    let start = next
    while (start > from && text.charCodeAt(start - 1) === backslash)
      start--
    from = next + 1
    // Backslashes come in pairs unless the last one escapes the quote.
    if ((next - start) % 2 === 0)
      return from
  }
}
