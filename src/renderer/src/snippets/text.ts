/**
 * Characters that show nothing, or change how what surrounds them shows: controls, bidirectional
 * overrides ("Trojan Source"), byte order marks, line separators. In a literal they are written as
 * escapes, so that copied code does what it looks like.
 */
const hidden = /[\p{C}\p{Zl}\p{Zp}]/gu
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * The inside of a quoted literal of most languages; `escape` writes a code point their way. Lone
 * surrogates become U+FFFD, as on every wire.
 */
export function escapeLiteral(text: string, quote: '\'' | '"', escape: (codePoint: number) => string): string {
  return text.toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(hidden, char => named[char] ?? escape(char.codePointAt(0) ?? 0))
}

/** `\u00ad`, and beyond the basic plane `\U000e0001`: Python and Go. */
export function longEscape(codePoint: number): string {
  const hex = codePoint.toString(16)
  return codePoint > 0xFFFF ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}

/**
 * Without spreading the bytes over a call's arguments, of which there may be a hundred thousand or
 * so.
 */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes)
    binary += String.fromCharCode(byte)
  return btoa(binary)
}
