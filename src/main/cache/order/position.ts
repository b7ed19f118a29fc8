import type { PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import { decodeKey, encodeKey, prefixEnd } from '@shared/entry-key'
import { invalidField } from '@shared/errors'
import { hashText } from '../hash'

type Sort = PageQuery['sort']

/** The place of an entry in an order: its rank by the sort, then its key. */
export interface Position { rank: number, key: string }

/** The place where a page ended: at an entry, or at a folder. */
export type RowPosition = Position | { folder: string }

/**
 * Numbers that do not change with time, so that orders stay sorted and cursors stay valid: the end
 * of freshness is used for the TTL, the moment of storing for the age.
 */
export const rankOf: Record<Sort, (entry: StoredEntry) => number> = {
  key: () => 0,
  size: entry => entry.size,
  ttl: entry => entry.freshUntil,
  hits: entry => entry.hits,
  age: entry => -entry.storedAt,
}

/**
 * Compares by the bytes of the keys, which for characters is the order of the code points.
 * JavaScript's own `<` compares UTF-16 units and puts characters beyond U+FFFF before U+E000.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left === right)
      continue
    // A half whose pair began one unit earlier is part of a character, any other half is a byte.
    const areHalves = isLow(left) || isLow(right)
    if (areHalves && !(at > 0 && isHigh(a.charCodeAt(at - 1))))
      return Buffer.compare(encodeKey(a.slice(at)), encodeKey(b.slice(at)))
    return weight(left) - weight(right)
  }
  return a.length - b.length
}

function isHigh(unit: number): boolean {
  return (unit & 0xFC00) === 0xD800
}

function isLow(unit: number): boolean {
  return (unit & 0xFC00) === 0xDC00
}

/** Surrogates weigh more than every other unit. */
function weight(unit: number): number {
  return (unit & 0xF800) === 0xD800 ? unit + 0x10000 : unit
}

/** Ranks may be infinite, so they must not be subtracted. */
export function comparePositions(a: Position, b: Position): number {
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : compareKeys(a.key, b.key)
}

/**
 * The key up to and including the first delimiter after the prefix; undefined for a key that is on
 * the level of the prefix itself. The delimiter is well-formed, so that the bytes of no other key
 * begin with those of a folder.
 */
export function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  const at = key.indexOf(delimiter, prefixEnd(key, prefix))
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** The prefix that a query is limited to. */
export function prefixOf({ filter }: Pick<PageQuery, 'filter'>): string {
  return filter && 'prefix' in filter ? filter.prefix : ''
}

function signatureOf({ sort, order, filter, delimiter }: PageQuery): string {
  return hashText(JSON.stringify([sort, order, filter, delimiter])).toString(36)
}

/** Base64url of `signature:rank:key`, or `signature:f:folder`. */
export function writeCursor(position: RowPosition, query: PageQuery): string {
  const place = 'folder' in position ? `f:${position.folder}` : `${position.rank}:${position.key}`
  return Buffer.from(encodeKey(`${signatureOf(query)}:${place}`)).toString('base64url')
}

/**
 * Throws LarderError `invalid-input` (field cursor) if the text is not a cursor or belongs to
 * another query.
 */
export function readCursor(cursor: string, query: PageQuery): RowPosition {
  const bytes = Buffer.from(cursor, 'base64url')
  const parts = /^([0-9a-z]+):(f|-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)):(.+)$/s.exec(decodeKey(bytes))
  const [, signature, rank, key] = parts ?? []
  if (rank === undefined || key === undefined || bytes.toString('base64url') !== cursor)
    throw invalidField('cursor', 'is not a cursor')
  if (signature !== signatureOf(query))
    throw invalidField('cursor', 'belongs to another query')
  return rank === 'f' ? { folder: key } : { rank: Number(rank), key }
}
