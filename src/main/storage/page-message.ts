import type { EntryKind } from '@shared/entry-kinds'
import type { JournalEntry, JournalPage } from '../cache/ports'
import { Buffer } from 'node:buffer'
import { decodeKey } from '@shared/entry-key'
import { requireSoundEntry, tagsOfRow } from './sound-entry'

/** A row in the order of the columns that `entry-pages.ts` reads. */
export type Row = [
  position: number,
  packed: Buffer | null,
  keyLength: number,
  contentType: string,
  tags: string,
  kind: EntryKind,
  flags: number,
  version: number,
  storedAt: number,
  ttl: number | null,
  freshUntil: number | null,
  graceUntil: number | null,
  grace: number | null,
]

/**
 * A page of rows as a thread sends it: without an object for each row, so that receiving it costs
 * next to nothing.
 */
export interface PageMessage {
  /** Thirteen for each row: those of the row, places in `texts`, lengths; NaN for null. */
  numbers: Float64Array<ArrayBuffer>
  /** Content types, tags as JSON and kinds that the rows have, each once. */
  texts: string[]
  /** Key and value of each row, one after the other. */
  bytes: Uint8Array<ArrayBuffer>
  next: number | null
}

const columns = 13
const noTags: readonly string[] = []

/** @param rows each with its key and value in one run of bytes */
export function packPage(rows: readonly { row: Row, packed: Uint8Array }[], next: number | null): PageMessage {
  const numbers = new Float64Array(rows.length * columns)
  const bytes = new Uint8Array(rows.reduce((sum, { packed }) => sum + packed.length, 0))
  const texts = new Map<string, number>()
  const placeOf = (text: string): number => {
    const known = texts.get(text) ?? texts.size
    texts.set(text, known)
    return known
  }
  let at = 0
  let to = 0
  for (const { row, packed } of rows) {
    const [position, , keyLength, contentType, tags, kind, ...rest] = row
    bytes.set(packed, to)
    to += packed.length
    const line = [position, keyLength, packed.length, placeOf(contentType), placeOf(tags), placeOf(kind), ...rest]
    for (const number of line)
      numbers[at++] = number ?? Number.NaN
  }
  return { numbers, texts: [...texts.keys()], bytes, next }
}

/** @param unreadable receives each row that means nothing; it is left out */
export function unpackPage(
  { numbers, texts, bytes, next }: PageMessage,
  unreadable: (position: number, error: unknown) => void,
): JournalPage {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tagLists = texts.map((): readonly string[] | undefined => undefined)
  let at = 0
  let from = 0

  function tagsOf(place: number): readonly string[] {
    const text = texts[place] ?? '[]'
    return tagLists[place] ??= text === '[]' ? noTags : tagsOfRow(text)
  }

  function keyAt(start: number, length: number): string {
    const text = buffer.toString('utf8', start, start + length)
    return text.includes('\uFFFD') ? decodeKey(buffer.subarray(start, start + length)) : text
  }

  function read(): JournalEntry {
    const number = (column: number): number => numbers[at + column] as number
    const orNull = (column: number): number | null => Number.isNaN(number(column)) ? null : number(column)
    const [keyLength, length] = [number(1), number(2)]
    return requireSoundEntry({
      position: number(0),
      key: keyAt(from, keyLength),
      value: buffer.subarray(from + keyLength, from + length),
      contentType: texts[number(3)] ?? '',
      tags: tagsOf(number(4)),
      kind: texts[number(5)] as EntryKind,
      flags: number(6),
      version: number(7),
      storedAt: number(8),
      ttl: orNull(9),
      freshUntil: orNull(10),
      graceUntil: orNull(11),
      grace: orNull(12),
    }, keyLength)
  }

  return {
    next,
    take() {
      while (at < numbers.length) {
        try {
          return read()
        }
        catch (error) {
          unreadable(numbers[at] as number, error)
        }
        finally {
          from += numbers[at + 2] as number
          at += columns
        }
      }
      return undefined
    },
  }
}
