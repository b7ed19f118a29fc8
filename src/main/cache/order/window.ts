import type { EntryMetadata, Page, PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import type { Position, RowPosition } from './position'
import { invalidField } from '@shared/errors'
import { graceOf, timeOf } from '../lifetime'
import { secondsLeft } from '../operations'
import { rankOf, readCursor, writeCursor } from './position'

export type Folder = Page['folders'][number]

/** Rows in ascending order, of which any window can be read. */
export interface Run<Row, Place> {
  readonly size: number
  /** Up to `count` rows, starting at this index. */
  slice: (from: number, count: number) => Row[]
  /**
   * How many rows are before this place; with `included`, a row at exactly this place counts too.
   */
  before: (place: Place, included: boolean) => number
}

/** The rows that a query chooses: the folders of its level, and the entries. */
export interface Rows {
  /** Entries at all depths. */
  total: number
  folders: Run<Folder, string>
  entries: Run<StoredEntry, Position>
}

export const noFolders: Rows['folders'] = { size: 0, slice: () => [], before: () => 0 }

/**
 * Throws LarderError `invalid-input` for a query that contradicts itself or has an invalid cursor.
 */
export function checkQuery(query: PageQuery): void {
  if (query.offset !== undefined && query.cursor !== undefined)
    throw invalidField('offset', 'must not be given together with cursor')
  if (query.delimiter === '')
    throw invalidField('delimiter', 'must not be empty')
  if (query.delimiter?.isWellFormed() === false)
    throw invalidField('delimiter', 'must be well-formed Unicode')
  if (query.cursor !== undefined)
    readCursor(query.cursor, query)
}

/**
 * Returns the page for a query at a moment: folders first, then entries. A cursor is the position
 * of the last row shown (keyset paging), so rows that come or go between two pages neither repeat
 * nor hide others.
 */
export function readWindow(rows: Rows, query: PageQuery, wall: number, monotonic: number): Page {
  const backwards = query.order === 'desc'
  const folders = directed(rows.folders, backwards && query.sort === 'key')
  const entries = directed(rows.entries, backwards)
  const start = query.offset ?? (query.cursor === undefined ? 0 : after(readCursor(query.cursor, query)))

  const shownFolders = folders.slice(start, query.limit)
  const shownEntries = entries.slice(Math.max(0, start - folders.size), query.limit - shownFolders.length)
  const count = folders.size + entries.size
  const more = start + shownFolders.length + shownEntries.length < count
  const last = shownEntries.at(-1) ?? shownFolders.at(-1)
  return {
    total: rows.total,
    rows: count,
    folders: shownFolders,
    entries: shownEntries.map(entry => toMetadata(entry, timeOf(entry, wall, monotonic))),
    cursor: last && more ? writeCursor(positionOf(last), query) : null,
    asOf: wall,
  }

  function after(position: RowPosition): number {
    return 'folder' in position ? folders.after(position.folder) : folders.size + entries.after(position)
  }

  function positionOf(row: Folder | StoredEntry): RowPosition {
    return 'prefix' in row ? { folder: row.prefix } : { rank: rankOf[query.sort](row), key: row.key }
  }
}

interface Directed<Row, Place> {
  size: number
  slice: (from: number, count: number) => Row[]
  /** Index of the first row after this place. */
  after: (place: Place) => number
}

function directed<Row, Place>(run: Run<Row, Place>, backwards: boolean): Directed<Row, Place> {
  const { size } = run
  if (!backwards)
    return { size, slice: run.slice, after: place => run.before(place, true) }
  return {
    size,
    slice(from, count) {
      const end = Math.max(0, size - from)
      const begin = Math.max(0, end - count)
      return run.slice(begin, end - begin).reverse()
    },
    after: place => size - run.before(place, false),
  }
}

function toMetadata(entry: StoredEntry, now: number): EntryMetadata {
  return {
    key: entry.key,
    bytes: entry.size,
    contentType: entry.contentType,
    version: entry.version,
    tags: entry.tags,
    age: (now - entry.storedAt) / 1000,
    ttl: secondsLeft(entry.freshUntil, now),
    grace: entry.freshUntil === Infinity ? 0 : graceOf(entry) / 1000,
    stale: now >= entry.freshUntil,
    hits: entry.hits,
  }
}
