import type { RequestRecord } from '@shared/schemas'
import { noMarks } from '../call'
import { bytesOf, pieceBytes, RepeatedText, TextPieces } from './text-pieces'
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
const [numbers, words, repeated, texts] = [6, 6, 3, 7]

/** What the tables of words do not cover, and marks: rare, so JSON will do. */
interface More { words: readonly (string | null)[], marks: readonly string[] }
const nothingMore: More = { words: [], marks: noMarks }

/**
 * The newest requests, outside the V8 heap: numbers and well-known words in typed arrays, texts in
 * pieces. The garbage collector looks at none of them, and recording one leaves no garbage.
 *
 * A class with fixed fields, as each request writes to it.
 */
export class RequestRing {
  readonly #capacity: number
  readonly #numbers: Float64Array
  readonly #places: Uint32Array
  readonly #statuses: Uint16Array
  readonly #words: Uint8Array
  readonly #lengths: Uint16Array
  readonly #offsets: Uint16Array
  readonly #texts: TextPieces
  readonly #user = new RepeatedText()
  readonly #cache = new RepeatedText()
  readonly #keyId = new RepeatedText()
  /** Records that came, and that left: number n lies in the slot n modulo capacity. */
  #came = 0
  #left = 0

  /**
   * @param capacity records that are kept, at most
   * @param textBytes bytes that their texts may take; where they are long, fewer records are kept
   */
  constructor(capacity: number, textBytes: number) {
    this.#capacity = capacity
    this.#numbers = new Float64Array(capacity * numbers)
    this.#places = new Uint32Array(capacity)
    this.#statuses = new Uint16Array(capacity)
    this.#words = new Uint8Array(capacity * words)
    this.#lengths = new Uint16Array(capacity * texts)
    this.#offsets = new Uint16Array(capacity * repeated)
    this.#texts = new TextPieces(textBytes)
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
    return this.#numbers.byteLength + this.#places.byteLength + this.#statuses.byteLength + this.#words.byteLength
      + this.#lengths.byteLength + this.#offsets.byteLength + this.#texts.bytes
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
    while (this.#texts.begin(2 * units, this.#oldestPlace()) === -1)
      this.#drop()
    const slot = this.#came % this.#capacity
    this.#came += 1

    let column = slot * numbers
    this.#numbers[column++] = id
    this.#numbers[column++] = at
    this.#numbers[column++] = fields.duration
    this.#numbers[column++] = fields.requestBytes
    this.#numbers[column++] = fields.responseBytes
    this.#numbers[column] = fields.ttl ?? Number.NaN
    this.#statuses[slot] = fields.status

    column = slot * words
    this.#words[column++] = face
    this.#words[column++] = method
    this.#words[column++] = operation
    this.#words[column++] = result
    this.#words[column++] = reason
    this.#words[column] = numberOfWord(fields.from)

    this.#texts.repeat(user, userUnits, this.#user)
    this.#texts.repeat(cache, cacheUnits, this.#cache)
    this.#texts.repeat(keyId, keyIdUnits, this.#keyId)
    column = slot * repeated
    this.#offsets[column++] = this.#user.offset
    this.#offsets[column++] = this.#cache.offset
    this.#offsets[column] = this.#keyId.offset

    this.#places[slot] = this.#texts.place
    column = slot * texts
    this.#lengths[column++] = this.#user.length
    this.#lengths[column++] = this.#cache.length
    this.#lengths[column++] = this.#keyId.length
    this.#lengths[column++] = this.#texts.write(path, pathUnits)
    this.#lengths[column++] = this.#texts.write(key, keyUnits)
    this.#lengths[column++] = this.#texts.write(detail, detailUnits)
    this.#lengths[column] = this.#texts.write(more, moreUnits)
  }

  number(record: number, column: number): number {
    return this.#numbers[record % this.#capacity * numbers + column] as number
  }

  status(record: number): number {
    return this.#statuses[record % this.#capacity] as number
  }

  word(record: number, column: number): string | null {
    const number = this.#words[record % this.#capacity * words + column] as number
    return number === unknownWord ? this.#more(record).words[column] ?? null : wordOfNumber(number)
  }

  text(record: number, column: number): string | null {
    return this.#texts.read(this.#placeOf(record, column), this.#lengthOf(record, column))
  }

  /** Whether `text` would give this one. */
  holds(record: number, column: number, text: string | null): boolean {
    return this.#texts.holds(this.#placeOf(record, column), this.#lengthOf(record, column), text)
  }

  marks(record: number): readonly string[] {
    return this.#more(record).marks
  }

  #more(record: number): More {
    const text = this.text(record, textColumns.more)
    return text === null ? nothingMore : JSON.parse(text) as More
  }

  #lengthOf(record: number, column: number): number {
    return this.#lengths[record % this.#capacity * texts + column] as number
  }

  #placeOf(record: number, column: number): number {
    const slot = record % this.#capacity
    let place = this.#places[slot] as number
    if (column < repeated)
      return place - place % pieceBytes + (this.#offsets[slot * repeated + column] as number)
    for (let before = repeated; before < column; before++)
      place += bytesOf(this.#lengthOf(record, before))
    return place
  }

  #oldestPlace(): number {
    return this.#left === this.#came ? -1 : this.#places[this.#left % this.#capacity] as number
  }

  #drop(): void {
    const place = this.#oldestPlace()
    this.#left += 1
    this.#texts.leave(place, this.#oldestPlace())
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
