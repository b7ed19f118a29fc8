import { byteSource, hexOf } from './entry-key'

/**
 * What a character that nobody can see is: the kind, a short sign, and its name. Signs are ASCII,
 * which every font can draw.
 */
interface UnseenCharacter {
  mark: 'space' | 'control' | 'invisible' | 'bidi' | 'byte'
  sign: string
  name: string
}

/**
 * A character that draws nothing, moves or turns what stands around it, or has no form of its own.
 * The space U+0020 is not among them. Source of a regular expression with the flag `u`.
 */
export const unseenSource = [
  // Control and format characters, halves of pairs, private and unassigned characters; line ends.
  String.raw`[\p{C}\p{Zl}\p{Zp}`,
  // Fillers, selectors and joiners (DerivedCoreProperties.txt); all other spaces.
  String.raw`\p{Default_Ignorable_Code_Point}\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000`,
  // The blank of braille, the placeholder of an object, and a note without a head.
  String.raw`\u2800\uFFFC\u{1D159}]`,
].join('')

const bidi: readonly (readonly [point: number, sign: string, name: string])[] = [
  [0x061C, 'ALM', 'Arabic letter mark'],
  [0x200E, 'LRM', 'left-to-right mark'],
  [0x200F, 'RLM', 'right-to-left mark'],
  [0x202A, 'LRE', 'left-to-right embedding'],
  [0x202B, 'RLE', 'right-to-left embedding'],
  [0x202C, 'PDF', 'pop directional formatting'],
  [0x202D, 'LRO', 'left-to-right override'],
  [0x202E, 'RLO', 'right-to-left override'],
  [0x2066, 'LRI', 'left-to-right isolate'],
  [0x2067, 'RLI', 'right-to-left isolate'],
  [0x2068, 'FSI', 'first strong isolate'],
  [0x2069, 'PDI', 'pop directional isolate'],
]
const spaces: typeof bidi = [
  [0x00A0, 'NBSP', 'no-break space'],
  [0x2003, 'EMSP', 'em space'],
  [0x2009, 'THSP', 'thin space'],
  [0x200A, 'HSP', 'hair space'],
  [0x202F, 'NNBSP', 'narrow no-break space'],
  [0x3000, 'IDSP', 'ideographic space'],
]
const invisible: typeof bidi = [
  [0x00AD, 'SHY', 'soft hyphen'],
  [0x034F, 'CGJ', 'combining grapheme joiner'],
  [0x200B, 'ZWSP', 'zero width space'],
  [0x200C, 'ZWNJ', 'zero width non-joiner'],
  [0x200D, 'ZWJ', 'zero width joiner'],
  [0x2028, 'LSEP', 'line separator'],
  [0x2029, 'PSEP', 'paragraph separator'],
  [0x2060, 'WJ', 'word joiner'],
  [0x2800, 'BLANK', 'braille blank'],
  [0x3164, 'HF', 'Hangul filler'],
  [0xFEFF, 'BOM', 'byte order mark'],
  [0xFFFC, 'OBJ', 'object replacement character'],
]
const controls: typeof bidi = [
  [0x00, 'NUL', 'null'],
  [0x07, 'BEL', 'bell'],
  [0x08, 'BS', 'backspace'],
  [0x09, 'TAB', 'tab'],
  [0x0A, 'LF', 'line feed'],
  [0x0B, 'VT', 'line tabulation'],
  [0x0C, 'FF', 'form feed'],
  [0x0D, 'CR', 'carriage return'],
  [0x1B, 'ESC', 'escape'],
  [0x7F, 'DEL', 'delete'],
  [0x85, 'NEL', 'next line'],
]
const known = new Map<number, UnseenCharacter>(Object.entries({ bidi, space: spaces, invisible, control: controls })
  .flatMap(([mark, rows]) =>
    rows.map(([point, sign, name]) => [point, { mark: mark as UnseenCharacter['mark'], sign, name }])))

const byteHalf = new RegExp(`^${byteSource}`, 'u')

/** What is known of a character that `unseenSource` matches. */
export function describeUnseen(character: string): UnseenCharacter {
  const point = character.codePointAt(0) ?? 0
  const code = codeOf(point)
  const row = known.get(point)
  if (row)
    return row
  if (byteHalf.test(character)) {
    const byte = hexOf(character)
    return { mark: 'byte', sign: `\\x${byte}`, name: `byte ${byte}, no text` }
  }
  if (/\p{Cc}/u.test(character))
    return { mark: 'control', sign: code, name: `control character ${code}` }
  if (/\p{Zs}/u.test(character))
    return { mark: 'space', sign: code, name: `space ${code}` }
  return { mark: 'invisible', ...nameInvisible(point, code, character) }
}

function nameInvisible(point: number, code: string, character: string): Pick<UnseenCharacter, 'sign' | 'name'> {
  const selector = point >= 0xFE00 && point <= 0xFE0F
    ? point - 0xFE00 + 1
    : point >= 0xE0100 && point <= 0xE01EF ? point - 0xE0100 + 17 : 0
  if (selector > 0)
    return { sign: `VS${selector}`, name: `variation selector ${selector}` }
  // Letters of ASCII that only programs see (Unicode, chapter 23.9).
  if (point > 0xE0020 && point < 0xE007F) {
    const letter = String.fromCodePoint(point - 0xE0000)
    return { sign: `TAG ${letter}`, name: `tag ${letter}` }
  }
  const kind = /\p{Cs}/u.test(character)
    ? 'half of a surrogate pair,'
    : /\p{Co}/u.test(character)
      ? 'private character'
      : /\p{Cn}/u.test(character) ? 'unassigned character' : 'invisible character'
  return { sign: code, name: `${kind} ${code}` }
}

/** A code point as Unicode writes it: `U+00A0`. */
export function codeOf(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
}
