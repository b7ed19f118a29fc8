import type { RequestRecord } from '@shared/schemas'
import { noMarks } from '../call'
import { bytesOf, doubleOf, pieceBytes, Pieces, RepeatedText, shortOf } from './pieces'
import { numberOfWord, unknownWord, wordOfNumber } from './words'

/**
 * What is remembered of one call of an app. There is no field for a header, a query string or a
 * body, so none can be kept by accident (S12 of docs/guarantees.md).
 */
export interface RequestFields extends Omit<RequestRecord, 'id' | 'at' | 'marks'> {
  /** Whose request it was; null when nobody was recognised. */
  user: string | null
  /**
   * Where it is kept: with what apps sent, with what was refused before it came to a cache, or with
   * the console's own reads.
   */
  ring: 'served' | 'door' | 'own'
  marks: readonly string[]
}

/** UTF-16 units that are kept of each text. */
const longest = { path: 512, key: 256, detail: 512, name: 64 }
/** Marks that are kept of each record. */
const mostMarks = 16

/** What a record has of each type, by the place in its column. */
export const numberColumns = { id: 0, at: 1, duration: 2, requestBytes: 3, responseBytes: 4, ttl: 5 } as const
export const wordColumns = { face: 0, method: 1, operation: 2, result: 3, reason: 4, from: 5 } as const
/** First those that most records share with the one before; the others lie behind each other. */
export const textColumns = { user: 0, cache: 1, keyId: 2, path: 3, key: 4, detail: 5, more: 6 } as const
const repeated = 3
/**
 * What stands before the texts of a record: its numbers, then in shorts its status, its words two
 * by two, the lengths of its texts, and the offsets of the repeated ones and of the first other.
 */
const numberBytes = 8 * 6
const [statusAt, wordsAt, lengthsAt, offsetsAt] = [0, 1, 4, 11]
const headBytes = numberBytes + 2 * (offsetsAt + repeated + 1)

/** What the tables of words do not cover, and marks: rare, so JSON will do. */
interface More { words: readonly (string | null)[], marks: readonly string[] }
const nothingMore: More = { words: [], marks: noMarks }

/**
 * The newest requests, outside the V8 heap, one behind the other in pieces of memory. The garbage
 * collector looks at none of them, and recording one leaves no garbage.
 *
 * A class with fixed fields, as each request writes to it.
 */
export class RequestRing {
  readonly #capacity: number
  readonly #places: Uint32Array
  readonly #pieces: Pieces
  readonly #user = new RepeatedText()
  readonly #cache = new RepeatedText()
  readonly #keyId = new RepeatedText()
  /** Records that came, and that left: number n lies in the slot n modulo capacity. */
  #came = 0
  #left = 0

  /**
   * @param capacity records that are kept, at most
   * @param bytes that they may take; where their texts are long, fewer are kept
   */
  constructor(capacity: number, bytes: number) {
    this.#capacity = capacity
    this.#places = new Uint32Array(capacity)
    this.#pieces = new Pieces(bytes)
  }

  /** Numbers of the oldest record that is kept, and of the one that comes next. */
  get oldest(): number {
    return this.#left
  }

  get next(): number {
    return this.#came
  }

  /** Wall-clock milliseconds of the oldest record that is kept; null without one. */
  get since(): number | null {
    return this.#left === this.#came ? null : this.number(this.#left, numberColumns.at)
  }

  /** Memory held. */
  get bytes(): number {
    return this.#places.byteLength + this.#pieces.bytes
  }

  /** @param at wall-clock milliseconds */
  push(id: number, at: number, fields: RequestFields): void {
    const { user, path, cache, key, keyId, detail } = fields
    const face = numberOfWord(fields.face)
    const method = numberOfWord(fields.method)
    const operation = numberOfWord(fields.operation)
    const result = numberOfWord(fields.result)
    const reason = numberOfWord(fields.reason)
    const known = face < unknownWord && method < unknownWord && operation < unknownWord && result < unknownWord
      && reason < unknownWord
    const more = known && fields.marks.length === 0 ? null : spellOut(fields)
    const userUnits = cut(user, longest.name)
    const query = path.indexOf('?')
    const pathUnits = cut(query === -1 ? path : path.slice(0, query), longest.path)
    const cacheUnits = cut(cache, longest.name)
    const keyUnits = cut(key, longest.key)
    const keyIdUnits = cut(keyId, longest.name)
    const detailUnits = cut(detail, longest.detail)
    const moreUnits = more === null ? 0 : more.length
    const units = userUnits + pathUnits + cacheUnits + keyUnits + keyIdUnits + detailUnits + moreUnits

    if (this.#came - this.#left === this.#capacity)
      this.#drop()
    let place = this.#pieces.begin(headBytes, headBytes + 2 * units, this.#oldestPlace())
    while (place === -1) {
      this.#drop()
      place = this.#pieces.begin(headBytes, headBytes + 2 * units, this.#oldestPlace())
    }
    this.#places[this.#came % this.#capacity] = place
    this.#came += 1

    const doubles = this.#pieces.doubles(place)
    let index = doubleOf(place)
    doubles[index++] = id
    doubles[index++] = at
    doubles[index++] = fields.duration
    doubles[index++] = fields.requestBytes
    doubles[index++] = fields.responseBytes
    doubles[index] = fields.ttl ?? Number.NaN

    const shorts = this.#pieces.shorts(place)
    index = shortOf(place + numberBytes)
    shorts[index++] = fields.status
    shorts[index++] = face | method << 8
    shorts[index++] = operation | result << 8
    shorts[index++] = reason | numberOfWord(fields.from) << 8

    this.#pieces.repeat(user, userUnits, this.#user)
    this.#pieces.repeat(cache, cacheUnits, this.#cache)
    this.#pieces.repeat(keyId, keyIdUnits, this.#keyId)
    shorts[index++] = this.#user.length
    shorts[index++] = this.#cache.length
    shorts[index++] = this.#keyId.length
    const { offset } = this.#pieces
    shorts[index++] = this.#pieces.write(path, pathUnits)
    shorts[index++] = this.#pieces.write(key, keyUnits)
    shorts[index++] = this.#pieces.write(detail, detailUnits)
    shorts[index++] = this.#pieces.write(more, moreUnits)
    shorts[index++] = this.#user.offset
    shorts[index++] = this.#cache.offset
    shorts[index++] = this.#keyId.offset
    shorts[index] = offset
  }

  number(record: number, column: number): number {
    const place = this.#placeOf(record)
    return this.#pieces.doubles(place)[doubleOf(place) + column] as number
  }

  status(record: number): number {
    return this.#short(record, statusAt)
  }

  word(record: number, column: number): string | null {
    const pair = this.#short(record, wordsAt + (column >> 1))
    const number = column % 2 === 0 ? pair & 0xFF : pair >> 8
    return number === unknownWord ? this.#more(record).words[column] ?? null : wordOfNumber(number)
  }

  text(record: number, column: number): string | null {
    return this.#pieces.read(this.#placeOfText(record, column), this.#short(record, lengthsAt + column))
  }

  /** Whether `text` would give this one. */
  holds(record: number, column: number, text: string | null): boolean {
    return this.#pieces.holds(this.#placeOfText(record, column), this.#short(record, lengthsAt + column), text)
  }

  marks(record: number): readonly string[] {
    return this.#more(record).marks
  }

  #more(record: number): More {
    const text = this.text(record, textColumns.more)
    return text === null ? nothingMore : JSON.parse(text) as More
  }

  #placeOf(record: number): number {
    return this.#places[record % this.#capacity] as number
  }

  #short(record: number, column: number): number {
    const place = this.#placeOf(record)
    return this.#pieces.shorts(place)[shortOf(place + numberBytes) + column] as number
  }

  #placeOfText(record: number, column: number): number {
    const place = this.#placeOf(record)
    const piece = place - place % pieceBytes
    if (column < repeated)
      return piece + this.#short(record, offsetsAt + column)
    let offset = this.#short(record, offsetsAt + repeated)
    for (let before = repeated; before < column; before++)
      offset += bytesOf(this.#short(record, lengthsAt + before))
    return piece + offset
  }

  #oldestPlace(): number {
    return this.#left === this.#came ? -1 : this.#placeOf(this.#left)
  }

  #drop(): void {
    const place = this.#oldestPlace()
    this.#left += 1
    this.#pieces.leave(place, this.#oldestPlace())
  }
}

function spellOut({ face, method, operation, result, reason, marks }: RequestFields): string {
  const words = [face, method, operation, result, reason].map(word => word === null ? null : shorten(word))
  return JSON.stringify({ words, marks: marks.slice(0, mostMarks).map(shorten) } satisfies More)
}

function shorten(text: string): string {
  return text.slice(0, cut(text, longest.name))
}

/** Units that are kept of a text: one less where the limit would split a surrogate pair. */
function cut(text: string | null, limit: number): number {
  if (text === null)
    return 0
  if (text.length <= limit)
    return text.length
  const isSplit = (text.charCodeAt(limit - 1) & 0xFC00) === 0xD800 && (text.charCodeAt(limit) & 0xFC00) === 0xDC00
  return isSplit ? limit - 1 : limit
}
