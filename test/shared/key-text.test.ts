import type { KeyPiece } from '../../src/shared/key-text'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spellKey } from '../../src/shared/key-spelling'
import { cutKey, isPlainKey, keyPieces } from '../../src/shared/key-text'
import { anyCodePoint } from '../helpers/any-code-point'

/** Parts as a table writes them: plain text as it is, `[mark sign|meaning]` for what is marked. */
function drawn(key: string): string {
  return keyPieces(key)
    .map(piece => piece.mark ? `[${piece.mark} ${piece.sign}|${piece.meaning}]` : piece.rtl ? `<${piece.text}>` : piece.text)
    .join('')
}

describe('the parts of a key', () => {
  it.each([
    ['plain ASCII', 'user:42 name', 'user:42 name', 'user:42 name'],
    ['nothing', '', '', ''],
    ['letters beyond ASCII', 'größe:東京', 'größe:東京', 'größe:東京'],
    ['a character outside the BMP', '💀:1', '💀:1', '💀:1'],
    ['spaces at both ends', ' sp ', '[space ·|space]sp[space ·|space]', '\\x20sp\\x20'],
    ['nothing but a space', ' ', '[space ·|space]', '\\x20'],
    ['two spaces inside', 'a  b', 'a[space ··|2 spaces]b', 'a\\x20\\x20b'],
    [
      'a space beside what is unseen',
      'a\u200B b',
      'a[invisible ZWSP|zero width space][space ·|space]b',
      'a\\u{200b}\\x20b',
    ],
    ['a space before a line end', 'a \nb', 'a[space ·|space][control LF|line feed]b', 'a\\x20\\nb'],
    ['a tab', 'a\tb', 'a[control TAB|tab]b', 'a\\tb'],
    ['CR LF', 'a\r\nb', 'a[control CR|carriage return][control LF|line feed]b', 'a\\r\\nb'],
    ['NUL', 'a\0', 'a[control NUL|null]', 'a\\u{0}'],
    ['a control without a name', '\x01', '[control U+0001|control character U+0001]', '\\u{1}'],
    ['escape', '\x1B[2J', '[control ESC|escape][2J', '\\u{1b}[2J'],
    ['delete', '\x7F', '[control DEL|delete]', '\\u{7f}'],
    ['a control of C1', '\x9B', '[control U+009B|control character U+009B]', '\\u{9b}'],
    ['NBSP', 'a\u00A0b', 'a[space NBSP|no-break space]b', 'a\\u{a0}b'],
    ['a space without a name', 'a\u2005b', 'a[space U+2005|space U+2005]b', 'a\\u{2005}b'],
    ['a soft hyphen', 'a\u00ADb', 'a[invisible SHY|soft hyphen]b', 'a\\u{ad}b'],
    ['a byte order mark', '\uFEFFa', '[invisible BOM|byte order mark]a', '\\u{feff}a'],
    ['a line separator', 'a\u2028b', 'a[invisible LSEP|line separator]b', 'a\\u{2028}b'],
    ['an invisible letter', 'a\u3164b', 'a[invisible HF|Hangul filler]b', 'a\\u{3164}b'],
    ['a blank that is no space', '\u2800', '[invisible BLANK|braille blank]', '\\u{2800}'],
    ['a variation selector', '❤\uFE0F', '❤[invisible VS16|variation selector 16]', '❤\\u{fe0f}'],
    ['one of the supplement', '葛\u{E0100}', '葛[invisible VS17|variation selector 17]', '葛\\u{e0100}'],
    ['tag characters', 'a\u{E0062}', 'a[invisible TAG b|tag b]', 'a\\u{e0062}'],
    ['a private character', '\uE000', '[invisible U+E000|private character U+E000]', '\\u{e000}'],
    ['a noncharacter', '\uFFFF', '[invisible U+FFFF|unassigned character U+FFFF]', '\\u{ffff}'],
    ['an override', 'a\u202Egpj', 'a[bidi RLO|right-to-left override]gpj', 'a\\u{202e}gpj'],
    [
      'an isolate',
      '\u2066a\u2069',
      '[bidi LRI|left-to-right isolate]a[bidi PDI|pop directional isolate]',
      '\\u{2066}a\\u{2069}',
    ],
    ['Hebrew, whose letters alone run to the left', 'שלום:1', '<שלום>:1', 'שלום:1'],
    ['Arabic digits, which run to the right', 'عدد٤٢', '<عدد>٤٢', 'عدد٤٢'],
    ['a byte that is no text', 'a\uDCFF', 'a[byte \\xFF|byte FF, no text]', 'a\\xFF'],
    ['bytes that are no text', '\uDCFF\uDC80b', '[byte \\xFF\\x80|bytes FF 80, no text]b', '\\xFF\\x80b'],
    ['half of a pair', 'a\uD83D', 'a[invisible U+D83D|half of a surrogate pair, U+D83D]', 'a\\u{d83d}'],
    ['NFC', 'caf\u00E9', 'caf\u00E9', 'caf\u00E9'],
    ['NFD', 'cafe\u0301:1', 'caf[combining |not NFC]:1', 'cafe\\u{301}:1'],
    ['both in one key', '\u00E9e\u0301', '\u00E9[combining |not NFC]', '\u00E9e\\u{301}'],
    ['letters of NFD side by side', 'e\u0301a\u0308x', '[combining |not NFC]x', 'e\\u{301}a\\u{308}x'],
    ['accents in another order', 'q\u0301\u0323', '[combining |not NFC]', 'q\\u{301}\\u{323}'],
    ['a sign that NFC replaces', '5 \u212B', '5 [combining |not NFC]', '5 \\u{212b}'],
    ['Hangul in parts', '\u1112\u1161\u11AB', '[combining |not NFC]', '\\u{1112}\\u{1161}\\u{11ab}'],
    ['accents that belong to no single character', 'x\u0302', 'x\u0302', 'x\u0302'],
    ['an accent without a letter', '\u0301a', '[combining U+0301|accent without a letter]a', '\\u{301}a'],
    [
      'one behind what is unseen',
      'e\u200B\u0301',
      'e[invisible ZWSP|zero width space][combining U+0301|accent without a letter]',
      'e\\u{200b}\\u{301}',
    ],
    ['a backslash', 'App\\Models', 'App\\Models', 'App\\Models'],
    ['what reads as an escape', '\\xFF', '\\xFF', '\\\\xFF'],
    ['a backslash before an escape', '\\\n', '\\[control LF|line feed]', '\\\\\\n'],
    ['one with accents', '\\\u0301\u0323', '[combining |not NFC]', '\\\\\\u{301}\\u{323}'],
    ['one before NFD', '\\n\u0303', '\\[combining |not NFC]', '\\\\n\\u{303}'],
  ])('marks %s', (_, key, pieces, spelled) => {
    expect([drawn(key), spellKey(key)]).toEqual([pieces, spelled])
  })

  it.each([
    ['abc', 3, 'abc', 'abc'],
    ['abcd', 3, 'abc', 'abc…'],
    ['ab💀d', 3, 'ab', 'ab…'],
    ['ab💀d', 4, 'ab💀', 'ab💀…'],
    ['ab\uDCFF\uDCFE', 3, 'ab\uDCFF', 'ab\\xFF…'],
  ])('cuts %j at %i', (key, most, cut, spelled) => {
    expect([cutKey(key, most), spellKey(key, most)]).toEqual([cut, spelled])
  })
})

const awkward = fc.constantFrom(
  ...' \\nx{}…·\t\n\0\u00A0\u00AD\u0301\u0323\u034F\u05D0\u0661\u200B\u200F\u202E\u2800\u3164\uFE0F\uFEFF\u212B',
  'e',
  'é',
  '\uDC80',
  '\uD800',
  '\uDFFF',
  '💀',
  '\u{E0041}',
  '\u1112',
  '\u1161',
  '\u09C7',
  '\u09BE',
  '\\x20',
  '\\u{301}',
)
const anyKey = fc.array(fc.oneof(awkward, anyCodePoint), { maxLength: 10 }).map(parts => parts.join(''))
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u

/** Whether a space next to this cannot be seen: letters that are not NFC can. */
function isEdge(piece: KeyPiece | undefined): boolean {
  return piece === undefined || (piece.mark !== undefined && piece.mark !== 'combining')
}

/** What an escaped spelling stands for. */
function unspell(text: string): string {
  return text.replaceAll(
    /\\(?:(\\)|([nrt])|x([\dA-F]{2})|u\{([\da-f]+)\})/g,
    (_, backslash?: string, letter?: string, byte?: string, point?: string) => {
      if (backslash !== undefined)
        return '\\'
      if (letter !== undefined)
        return { n: '\n', r: '\r', t: '\t' }[letter] ?? ''
      const code = Number.parseInt(byte ?? point ?? '', 16)
      return byte === undefined ? String.fromCodePoint(code) : String.fromCharCode(code < 0x80 ? code : 0xDC00 + code)
    },
  )
}

describe('of any key', () => {
  // Red: in src/shared/key-text.ts leave `\p{C}` out of what is unseen.
  it('the parts are the key, one line, and nothing unseen is left unmarked', () => {
    fc.assert(fc.property(anyKey, (key) => {
      const pieces = keyPieces(key)
      expect(pieces.map(({ text }) => text).join('')).toBe(key)
      for (const [at, piece] of pieces.entries()) {
        expect(piece.text).not.toBe('')
        if (piece.mark) {
          expect(piece.sign).not.toMatch(unseen)
          expect(piece.meaning).toMatch(/^[\x20-\x7E]+$/)
          continue
        }
        expect(piece.text).not.toMatch(unseen)
        expect(piece.text).not.toMatch(/ {2}/)
        expect(piece.text.normalize('NFC')).toBe(piece.text)
        if (isEdge(pieces[at - 1]))
          expect(piece.text).not.toMatch(/^[ \p{M}]/u)
        if (isEdge(pieces[at + 1]))
          expect(piece.text).not.toMatch(/ $/)
      }
      expect(isPlainKey(key)).toBe(pieces.length < 2 && !pieces[0]?.mark && /^[\x20-\x7E]*$/.test(key))
    }), { numRuns: 2000 })
  })

  // Red: in src/shared/key-spelling.ts let `spellPlain` return the text as it is.
  it('the spelling is one line without anything unseen, and reads back', () => {
    fc.assert(fc.property(anyKey, (key) => {
      expect(spellKey(key)).not.toMatch(unseen)
      expect(unspell(spellKey(key))).toBe(key)
    }), { numRuns: 2000 })
  })

  it('is read in time that grows with its length alone', () => {
    for (const key of [' '.repeat(1024), 'a '.repeat(512), '\u0301'.repeat(1024), '\uDC80'.repeat(1024)])
      expect(keyPieces(key).map(({ text }) => text).join('')).toBe(key)
  })
})
