import { escapeOf } from '@shared/key-spelling'
import { unseenSource } from '@shared/unseen'

// Control and format characters could move the cursor, recolour, or reorder what a person reads
// (bidirectional overrides); what draws nothing makes two texts look the same.
const unsafe = new RegExp(unseenSource, 'gu')

/**
 * Text that came from elsewhere, made safe to show on a terminal: what cannot be seen is written as
 * an escape.
 */
export function escapeText(text: string): string {
  return text.replace(unsafe, escapeOf)
}

/** As `escapeText`, but lines stay lines. */
export function escapeLines(text: string): string {
  return text.replace(/[^\n]+/g, escapeText)
}

/**
 * JSON for people and programs: indented, and safe on a terminal, which JSON.stringify alone is not
 * (U+009B starts a command).
 */
export function safeJson(value: unknown): string {
  // Outside strings JSON holds no such character but its line ends, so that a \u escape is always
  // right.
  return JSON.stringify(value ?? null, null, 2).replace(unsafe, character =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) =>
          `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''))
}

/**
 * Made when it is first needed: its tables take nine milliseconds to load, which a server that only
 * starts does not wait for.
 */
let graphemes: Intl.Segmenter | undefined
const wide = /^[\p{Emoji_Presentation}\u{1100}-\u{115F}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF00}-\u{FF60}\u{FFE0}-\u{FFE6}\u{20000}-\u{3FFFD}]/u

/**
 * Columns that a terminal gives to a text: two for East Asian wide characters (UAX #11) and emoji.
 */
export function displayWidth(text: string): number {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let width = 0
  for (const { segment } of graphemes.segment(text))
    width += wide.test(segment) ? 2 : 1
  return width
}
