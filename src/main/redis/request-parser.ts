import { Buffer } from 'node:buffer'
import { CommandWords } from './command-words'
import { splitInline } from './inline'

/** The client does not speak the protocol: it is told so in the words of Redis, and cut off. */
export class ProtocolFault extends Error {}
/** Something else than a client of Redis, which gets no answer. */
export class ForeignClient extends Error {}

interface ParserRules {
  /** Whether the client has shown a key, or needs none. */
  isTrusted: () => boolean
  /** Bytes of the largest argument that is kept. */
  valueLimit: () => number
  /** Whether so many bytes may be held before they have arrived. */
  mayHold: (bytes: number) => boolean
}

interface RequestParser {
  /** Bytes that are held of what is not complete. */
  readonly held: number
  /** Whether the last command had an argument beyond the limit, which was thrown away. */
  readonly oversized: boolean
  push: (chunk: Buffer) => void
  /**
   * The next command; null if more has to arrive first. Throws ProtocolFault and ForeignClient,
   * after which nothing more may be asked.
   */
  next: () => CommandWords | null
}

/** Bytes of a line, and words of a command. */
const lineMost = 64 * 1024
const wordsMost = 65_536
/** Bytes of an argument, as Redis has it. */
const argumentMost = 512 * 1024 * 1024
/** The same before the client has shown a key. */
const unknownWords = 10
const unknownBytes = 16 * 1024
/** Bytes from which an argument that has not arrived gets memory of its own. */
const large = 16 * 1024
/** Digits of the numbers that are read at once. */
const shortDigits = 5
/** About what a word takes besides its bytes. */
const wordBytes = 96

const nothing = Buffer.alloc(0)
const [lineFeed, carriageReturn, star, dollar, minus, digit0, digit9, handshake]
  = [10, 13, 0x2A, 0x24, 0x2D, 0x30, 0x39, 0x16]

/**
 * Reads commands from pieces of a stream, however they are cut: arrays of bulk strings, or lines
 * that people type. Limits are looked at before memory is taken.
 */
export function createRequestParser({ isTrusted, valueLimit, mayHold }: ParserRules): RequestParser {
  let chunk: Buffer = nothing
  let at = 0
  let begun = false
  let words: Buffer[] = []
  let wordsLeft = 0
  let wordsHeld = 0
  /** An argument that arrives in pieces; `skipping` counts the bytes of one that is too large. */
  let target: Buffer | null = null
  let filled = 0
  let skipping = 0
  let oversized = false
  /** Where `readWhole` reads. */
  let cursor = 0

  /** Where the next line ends, without its line end; -1 if it has not arrived. */
  function lineEnd(tooLong: string): number {
    const end = chunk.indexOf(lineFeed, at)
    if ((end === -1 ? chunk.length : end) - at > lineMost)
      throw new ProtocolFault(tooLong)
    return end
  }

  /** A decimal number between two places; undefined if it is none. */
  function numberBetween(start: number, end: number): number | undefined {
    const last = chunk[end - 1] === carriageReturn ? end - 1 : end
    const isNegative = chunk[start] === minus
    const first = isNegative ? start + 1 : start
    if (first >= last || last - first > 15)
      return undefined
    let number = 0
    for (let place = first; place < last; place++) {
      const digit = chunk[place] as number
      if (digit < digit0 || digit > digit9)
        return undefined
      number = number * 10 + digit - digit0
    }
    return isNegative ? -number : number
  }

  function inline(end: number): Buffer[] {
    const line = chunk.toString('latin1', at, chunk[end - 1] === carriageReturn ? end - 1 : end)
    // What a browser or a tool for HTTP sends; nothing of it may run.
    if (/^(?:post |host:)/i.test(line) || / HTTP\/1\.\d\s*$/.test(line))
      throw new ForeignClient()
    if (!isTrusted() && line.length > unknownBytes)
      throw new ProtocolFault('too big inline request')
    const split = splitInline(line)
    if (split === undefined)
      throw new ProtocolFault('unbalanced quotes in request')
    if (!isTrusted() && split.length > unknownWords)
      throw new ProtocolFault('unauthenticated multibulk length')
    at = end + 1
    return split
  }

  /** A number of few digits with its line end, read at the cursor; -1 if it is something else. */
  function shortNumber(): number {
    let number = 0
    for (let digits = 0; digits <= shortDigits; digits++) {
      const byte = chunk[cursor++] as number
      if (byte === carriageReturn)
        return digits > 0 && chunk[cursor++] === lineFeed ? number : -1
      if (!(byte >= digit0 && byte <= digit9))
        return -1
      number = number * 10 + byte - digit0
    }
    return -1
  }

  /**
   * A command that has arrived whole and is nothing special, as nearly all are; null for every
   * other, of which nothing is read then.
   */
  function readWhole(): CommandWords | null {
    cursor = at + 1
    const count = shortNumber()
    if (count < 1 || !isTrusted())
      return null
    const bounds: number[] = []
    for (let word = 0; word < count; word++) {
      if (chunk[cursor++] !== dollar)
        return null
      const length = shortNumber()
      const end = cursor + length
      if (length < 0 || length > unknownBytes || end + 2 > chunk.length)
        return null
      bounds.push(cursor, end)
      cursor = end + 2
    }
    at = cursor
    oversized = false
    return new CommandWords(chunk, bounds)
  }

  /** Reads how many words come. Returns false if the line has not arrived. */
  function begin(): boolean {
    const end = lineEnd('too big mbulk count string')
    if (end === -1)
      return false
    const count = numberBetween(at + 1, end)
    if (count === undefined || count > wordsMost)
      throw new ProtocolFault('invalid multibulk length')
    if (count > unknownWords && !isTrusted())
      throw new ProtocolFault('unauthenticated multibulk length')
    at = end + 1
    words = []
    wordsLeft = Math.max(0, count)
    wordsHeld = 0
    oversized = false
    return true
  }

  function add(word: Buffer): void {
    words.push(word)
    wordsLeft -= 1
    wordsHeld += word.length + wordBytes
  }

  /** Reads the next word. Returns false if it has not arrived. */
  function readWord(): boolean {
    if (chunk.length <= at)
      return false
    if (chunk[at] !== dollar)
      throw new ProtocolFault(`expected '$', got '${chunk.toString('latin1', at, at + 1).replace(/[\r\n]/, ' ')}'`)
    const end = lineEnd('too big bulk count string')
    if (end === -1)
      return false
    const length = numberBetween(at + 1, end)
    if (length === undefined || length < 0 || length > argumentMost)
      throw new ProtocolFault('invalid bulk length')
    if (length > unknownBytes && !isTrusted())
      throw new ProtocolFault('unauthenticated bulk length')
    const start = end + 1
    if (length > Math.max(valueLimit(), unknownBytes)) {
      oversized = true
      skipping = length + 2
      at = start
      return skip()
    }
    if (start + length + 2 <= chunk.length) {
      add(chunk.subarray(start, start + length))
      at = start + length + 2
      return true
    }
    if (length < large)
      return false
    if (!mayHold(wordsHeld + length))
      throw new ProtocolFault('too many bytes are in flight on this server')
    target = Buffer.allocUnsafeSlow(length)
    filled = 0
    at = start
    return fill()
  }

  /** Goes on with a large word. Returns false if it has not arrived. */
  function fill(): boolean {
    if (target === null)
      return true
    const some = Math.min(target.length - filled, chunk.length - at)
    chunk.copy(target, filled, at, at + some)
    filled += some
    at += some
    if (filled < target.length || chunk.length < at + 2)
      return false
    at += 2
    add(target)
    target = null
    return true
  }

  function skip(): boolean {
    const some = Math.min(skipping, chunk.length - at)
    skipping -= some
    at += some
    if (skipping === 0)
      add(nothing)
    return skipping === 0
  }

  /** Reads the words that are left. Returns false if they have not all arrived. */
  function readWords(): boolean {
    for (let left = wordsLeft; left > 0; left = wordsLeft) {
      if (!(skipping > 0 ? skip() : target === null ? readWord() : fill()))
        return false
    }
    return true
  }

  return {
    get held() {
      return chunk.length - at + (wordsLeft > 0 ? wordsHeld + (target?.length ?? 0) : 0)
    },
    get oversized() {
      return oversized
    },
    push(more) {
      chunk = at >= chunk.length ? more : Buffer.concat([chunk.subarray(at), more])
      at = 0
    },
    next() {
      if (!begun && chunk.length > at) {
        begun = true
        if (chunk[at] === handshake)
          throw new ForeignClient()
      }
      while (chunk.length > at) {
        if (wordsLeft === 0) {
          if (chunk[at] !== star) {
            const end = lineEnd('too big inline request')
            if (end === -1)
              return null
            oversized = false
            const split = inline(end)
            if (split.length > 0)
              return CommandWords.of(split)
            continue
          }
          const whole = readWhole()
          if (whole !== null)
            return whole
          if (!begin())
            return null
        }
        if (!readWords())
          return null
        if (words.length > 0) {
          const command = words
          words = []
          return CommandWords.of(command)
        }
      }
      return null
    },
  }
}
