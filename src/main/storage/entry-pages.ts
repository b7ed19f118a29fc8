import type { Database } from 'better-sqlite3'
import type { PageMessage, Row } from './page-message'
import { dirname } from 'node:path'
import { encodeKey } from '@shared/entry-key'
import { isDamage } from './damage'
import { suspectEntries } from './damaged-databases'
import { packPage } from './page-message'

/** Bytes of a value from which on it is read by itself, so that a page of rows stays small. */
const largeValue = 16 * 1024
/** Bytes of keys and values after which a page ends. */
const pageSize = 256 * 1024

/**
 * Small values come together with their key, as one run of bytes: each blob that SQLite hands over
 * costs as much as five numbers.
 */
const columns = `position,
  CASE WHEN length(value) >= ${largeValue} THEN NULL ELSE CAST(key || value AS BLOB) END, length(key),
  content_type, tags, kind, flags, version, stored_at, ttl, fresh_until, grace_until, grace`

interface EntryPages {
  /**
   * The rows of a cache below a position, newest first, until there are so many, or some hundred
   * kilobytes. Its `next` is where to go on; null if nothing is left.
   */
  below: (cacheId: string, position: number, most: number) => PageMessage
  /** A page with the row of a key, if there is one. */
  find: (cacheId: string, key: string) => PageMessage
  /** The lowest position of a cache; null if it has no entry. */
  oldest: (cacheId: string) => number | null
}

/** Reads the rows of `entries.db`. */
export function createEntryPages(database: Database): EntryPages {
  const below = database.prepare<[string, number, number], Row>(
    `SELECT ${columns} FROM entry WHERE cache_id = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  ).raw()
  const find = database.prepare<[string, Uint8Array], Row>(
    `SELECT ${columns} FROM entry WHERE cache_id = ? AND key = ?`,
  ).raw()
  const large = database.prepare<[number], Buffer>(
    'SELECT CAST(key || value AS BLOB) FROM entry WHERE position = ?',
  ).pluck()
  const oldest = database.prepare<[string], number | null>('SELECT min(position) FROM entry WHERE cache_id = ?').pluck()

  /** The rows up to the size of a page, and the position of the last one. */
  function gather(rows: readonly Row[]): { packed: Parameters<typeof packPage>[0], last: number | null } {
    const found: { row: Row, packed: Uint8Array }[] = []
    let bytes = 0
    for (const row of rows) {
      const packed = row[1] ?? large.get(row[0])
      if (packed === undefined)
        continue
      found.push({ row, packed })
      bytes += packed.length
      if (bytes >= pageSize)
        return { packed: found, last: row[0] }
    }
    return { packed: found, last: null }
  }

  /** Makes the next start read every page of a database that turns out to be damaged. */
  function minded<T>(read: () => T): T {
    try {
      return read()
    }
    catch (error) {
      if (isDamage(error))
        suspectEntries(dirname(database.name))
      throw error
    }
  }

  return {
    below: (cacheId, position, most) => minded(() => {
      const rows = below.all(cacheId, position, most)
      const { packed, last } = gather(rows)
      return packPage(packed, last ?? (rows.length < most ? null : rows.at(-1)?.[0] ?? null))
    }),
    find: (cacheId, key) => minded(() => packPage(gather(find.all(cacheId, encodeKey(key))).packed, null)),
    oldest: cacheId => oldest.get(cacheId) ?? null,
  }
}
