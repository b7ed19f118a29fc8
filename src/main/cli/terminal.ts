import { escapeOf } from '@shared/key-spelling'
import { unseenSource } from '@shared/unseen'

// Control and format characters could move the cursor, recolour, or reorder what a person reads
// (bidirectional overrides); what draws nothing makes two texts look the same.
const unsafe = new RegExp(unseenSource, 'gu')

/**
 * Makes text from elsewhere safe to show on a terminal: invisible characters are written as
 * escapes.
 */
export function escapeText(text: string): string {
  return text.replace(unsafe, escapeOf)
}

/** Like `escapeText`, but keeps line breaks. */
export function escapeLines(text: string): string {
  return text.replace(/[^\n]+/g, escapeText)
}

/**
 * JSON for people and programs: indented, or on one line (`indent` 0), and safe on a terminal,
 * which JSON.stringify alone is not (U+009B starts a command).
 */
export function safeJson(value: unknown, indent = 2): string {
  // Outside strings JSON contains no unsafe characters but line ends, so a \u escape is always
  // valid.
  return JSON.stringify(value ?? null, null, indent).replace(unsafe, character =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) =>
          `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''))
}

/**
 * Created on first use: its tables take nine milliseconds to load, and starting a server does not
 * need them.
 */
let graphemes: Intl.Segmenter | undefined
const wide = /^[\p{Emoji_Presentation}\u{1100}-\u{115F}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF00}-\u{FF60}\u{FFE0}-\u{FFE6}\u{20000}-\u{3FFFD}]/u

/**
 * Columns that a text takes on a terminal: two for East Asian wide characters (UAX #11) and emoji.
 */
export function displayWidth(text: string): number {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let width = 0
  for (const { segment } of graphemes.segment(text))
    width += wide.test(segment) ? 2 : 1
  return width
}
