import type { MarkedPiece } from './key-text'
import { cutKey, isPlainKey, keyPieces } from './key-text'

/**
 * A key in one line of text, for terminals, tooltips and sentences: marked parts are ASCII escapes
 * (`\n`, `\x20`, `\u{200b}`; `\xFF` for a byte that is no text). No two keys have the same. A
 * longer one than `most` characters is cut, with an ellipsis.
 */
export function spellKey(key: string, most = Infinity): string {
  const cut = cutKey(key, most)
  if (isPlainKey(key) && !cut.includes('\\'))
    return cut.length < key.length ? `${cut}…` : key
  const pieces = keyPieces(cut)
  const spelled = pieces.map((piece, at) =>
    piece.mark ? spellMarked(piece) : spellPlain(piece.text, pieces[at + 1]?.mark))
  return spelled.join('') + (cut.length < key.length ? '…' : '')
}

function spellMarked({ text, mark, sign }: MarkedPiece): string {
  if (mark === 'byte')
    return sign
  if (mark === 'space' && text.startsWith(' '))
    return '\\x20'.repeat(text.length)
  const spell = (character: string): string =>
    mark === 'combining' && character <= '~' ? spellPlain(character, mark) : escapeOf(character)
  return Array.from(text, spell).join('')
}

/** A backslash is doubled where it might read as the start of an escape. */
function spellPlain(text: string, next: MarkedPiece['mark'] | undefined): string {
  const escaped = text.replaceAll(/\\(?=[\\nrtxu])/g, '\\\\')
  return next && text.endsWith('\\') ? `${escaped}\\` : escaped
}

const named = new Map([['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t']])

/** The escape of one character, as in JavaScript. */
export function escapeOf(character: string): string {
  return named.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
