/**
 * Characters that are invisible or change how the text around them looks: controls, bidirectional
 * overrides ("Trojan Source"), byte order marks, line separators. Literals contain them as escapes,
 * so that copied code does what it appears to do.
 */
export const hiddenSigns = /[\p{C}\p{Zl}\p{Zp}]/gu
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Returns the inside of a quoted literal in most languages; `escape` writes a code point in the
 * syntax of the language. Lone surrogates become U+FFFD, as in any UTF-8.
 */
export function escapeLiteral(text: string, quote: '\'' | '"', escape: (codePoint: number) => string): string {
  return text.toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(hiddenSigns, char => named[char] ?? escape(char.codePointAt(0) ?? 0))
}

/** Escapes as in Python and Go: `\u00ad`, and `\U000e0001` beyond the basic plane. */
export function longEscape(codePoint: number): string {
  const hex = codePoint.toString(16)
  return codePoint > 0xFFFF ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}

/** Does not spread the bytes into arguments, because calls accept only about a hundred thousand. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes)
    binary += String.fromCharCode(byte)
  return btoa(binary)
}
