import { byteSource } from './entry-key'
import { codeOf, describeUnseen, unseenSource } from './unseen'

/** Text that is what it looks like. `rtl`: its letters run from right to left. */
interface PlainPiece { text: string, mark?: undefined, rtl: boolean }
/** Text that is not: `sign` stands for it on a screen, `meaning` names it. */
export interface MarkedPiece {
  text: string
  mark: 'space' | 'control' | 'invisible' | 'bidi' | 'combining' | 'byte'
  /** One line, and empty where the text itself can be seen and the meaning is to be added. */
  sign: string
  meaning: string
}

/** A part of a key, as people are to see it. The texts of all parts are the key. */
export type KeyPiece = PlainPiece | MarkedPiece

/** What nearly every key is: ASCII that can be seen, with single spaces inside. */
const plain = /^(?:[\x21-\x7E]+(?: [\x21-\x7E]+)*)?$/
/**
 * Spaces where they cannot be counted by eye: at an end, side by side, or beside what is unseen.
 * Bytes of no text come in runs.
 */
const special = new RegExp(
  `${byteSource}+|${unseenSource}|^ +| {2,}| $|(?<=${unseenSource}) | (?=${unseenSource})`,
  'gu',
)
const leadingMarks = /^\p{M}+/u
/** Letters that are written from right to left, without digits (blocks of R and AL, UAX #9). */
const rightToLeft = /((?:(?!\p{N})[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}])+)/u
/** Its tables take milliseconds to load: only a key that is not NFC needs it. */
let graphemes: Intl.Segmenter | undefined

/** Whether a key is what it looks like, letter for letter. Cheap. */
export function isPlainKey(key: string): boolean {
  return plain.test(key)
}

/**
 * A key, or a tag, in parts that can be told apart: what cannot be seen, what turns the text around
 * it, and what only looks like other text (letters in a form that NFC changes) is marked.
 */
export function keyPieces(key: string): readonly KeyPiece[] {
  if (isPlainKey(key))
    return key === '' ? [] : [{ text: key, rtl: false }]
  const pieces: KeyPiece[] = []
  let end = 0
  for (const { 0: text, index } of key.matchAll(special)) {
    pushSeen(pieces, key.slice(end, index))
    pieces.push(pieceOf(text))
    end = index + text.length
  }
  pushSeen(pieces, key.slice(end))
  return pieces
}

/** The first UTF-16 units of a key, without half a character at the end. */
export function cutKey(key: string, most: number): string {
  if (key.length <= most)
    return key
  return key.slice(0, /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(key.slice(most - 1, most + 1)) ? most - 1 : most)
}

function pieceOf(text: string): MarkedPiece {
  if (text.startsWith(' ')) {
    const meaning = text.length === 1 ? 'space' : `${text.length} spaces`
    return { text, mark: 'space', sign: '·'.repeat(text.length), meaning }
  }
  const { mark, sign, name } = describeUnseen(text)
  if (mark !== 'byte' || text.length === 1)
    return { text, mark, sign, meaning: name }
  const bytes = Array.from(text, half => describeUnseen(half).sign)
  return { text, mark, sign: bytes.join(''), meaning: `bytes ${bytes.map(byte => byte.slice(2)).join(' ')}, no text` }
}

/** Text without anything unseen: an accent without its letter, and letters that are not NFC. */
function pushSeen(pieces: KeyPiece[], text: string): void {
  if (text === '')
    return
  const loose = pieces.length === 0 || pieces.at(-1)?.mark ? leadingMarks.exec(text)?.[0] ?? '' : ''
  if (loose !== '')
    pieces.push({ text: loose, mark: 'combining', sign: signsOf(loose), meaning: 'accent without a letter' })
  const rest = text.slice(loose.length)
  if (rest.normalize('NFC') === rest)
    return pushPlain(pieces, rest)
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let run = ''
  let wasNfc = true
  for (const { segment } of graphemes.segment(rest)) {
    const isNfc = segment.normalize('NFC') === segment
    if (isNfc !== wasNfc) {
      pushRun(pieces, run, wasNfc)
      run = ''
    }
    run += segment
    wasNfc = isNfc
  }
  pushRun(pieces, run, wasNfc)
}

function signsOf(text: string): string {
  return Array.from(text, character => codeOf(character.codePointAt(0) ?? 0)).join(' ')
}

function pushRun(pieces: KeyPiece[], text: string, isNfc: boolean): void {
  if (isNfc)
    pushPlain(pieces, text)
  else
    pieces.push({ text, mark: 'combining', sign: '', meaning: 'not NFC' })
}

function pushPlain(pieces: KeyPiece[], text: string): void {
  for (const [at, part] of text.split(rightToLeft).entries()) {
    if (part !== '')
      pieces.push({ text: part, rtl: at % 2 === 1 })
  }
}
