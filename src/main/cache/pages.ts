import type { Clock } from '../base/clock'
import type { EntryMetadata, Page, PageQuery } from './ports'
import type { Store, StoredEntry } from './store'
import { invalidField } from '../../shared/errors'
import { hashText } from './hash'
import { timeOf } from './lifetime'
import { secondsLeft } from './operations'
import { chosenBy } from './selector'

/** Where an entry stands in the order: its rank by the sort, then its key. */
interface Position { rank: number, key: string }

/**
 * A number that does not change while time passes, so that a cursor stays true: the end of freshness stands for the TTL, the
 * moment of storing for the age.
 */
const rankOf: Record<PageQuery['sort'], (entry: StoredEntry) => number> = {
  key: () => 0,
  size: entry => entry.value.length,
  ttl: entry => entry.lifetime.freshUntil,
  hits: entry => entry.hits,
  age: entry => -entry.lifetime.storedAt,
}

/**
 * One page of metadata. The cursor is the position of its last entry (keyset paging): entries that come or go meanwhile neither
 * repeat nor hide others. Reads everything once and keeps the best `limit`, so it costs O(n log limit).
 */
export function readPage(store: Store, clock: Clock, query: PageQuery): Page {
  const wall = clock.wall()
  const monotonic = clock.monotonic()
  const direction = query.order === 'asc' ? 1 : -1
  const compare = (a: Position, b: Position): number => direction * (Math.sign(a.rank - b.rank || 0) || compareKeys(a.key, b.key))
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, query)

  let total = 0
  let kept: (Position & { entry: StoredEntry })[] = []
  let last: Position | undefined
  for (const entry of chosenBy(store, query.filter)) {
    if (timeOf(entry.lifetime, wall, monotonic) >= entry.lifetime.graceUntil)
      continue
    total++
    const position = { rank: rankOf[query.sort](entry), key: entry.key, entry }
    if ((after && compare(position, after) <= 0) || (last && compare(position, last) >= 0))
      continue
    kept.push(position)
    // One more than asked for, to know whether another page follows.
    if (kept.length >= 2 * (query.limit + 1)) {
      kept = kept.sort(compare).slice(0, query.limit + 1)
      last = kept.at(-1)
    }
  }
  kept.sort(compare)
  const shown = kept.slice(0, query.limit)
  const end = shown.at(-1)
  return {
    total,
    entries: shown.map(({ entry }) => toMetadata(entry, timeOf(entry.lifetime, wall, monotonic))),
    cursor: end && kept.length > shown.length ? writeCursor(end, query) : null,
  }
}

function toMetadata(entry: StoredEntry, now: number): EntryMetadata {
  return {
    key: entry.key,
    bytes: entry.value.length,
    contentType: entry.contentType,
    version: entry.version,
    tags: entry.tags,
    age: (now - entry.lifetime.storedAt) / 1000,
    ttl: secondsLeft(entry.lifetime.freshUntil, now),
    stale: now >= entry.lifetime.freshUntil,
    hits: entry.hits,
  }
}

/**
 * Compares by code point, which is the order of the UTF-8 bytes. JavaScript's own `<` compares UTF-16 units and puts
 * characters beyond U+FFFF before U+E000.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right)
      return weight(left) - weight(right)
  }
  return a.length - b.length
}

/** Surrogates weigh more than every other unit. */
function weight(unit: number): number {
  return (unit & 0xF800) === 0xD800 ? unit + 0x10000 : unit
}

function signatureOf({ sort, order, filter }: PageQuery): string {
  return hashText(JSON.stringify([sort, order, filter])).toString(36)
}

function writeCursor({ rank, key }: Position, query: PageQuery): string {
  return Buffer.from(`${signatureOf(query)}:${rank}:${key}`).toString('base64url')
}

function readCursor(cursor: string, query: PageQuery): Position {
  const bytes = Buffer.from(cursor, 'base64url')
  const parts = /^([0-9a-z]+):(-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)):(.+)$/s.exec(bytes.toString())
  const [, signature, rank, key] = parts ?? []
  if (rank === undefined || key === undefined || bytes.toString('base64url') !== cursor)
    throw invalidField('cursor', 'is not a cursor')
  if (signature !== signatureOf(query))
    throw invalidField('cursor', 'belongs to another query')
  return { rank: Number(rank), key }
}
