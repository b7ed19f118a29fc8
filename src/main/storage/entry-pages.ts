import type { EntryKind } from '@shared/entry-kinds'
import type { Database } from 'better-sqlite3'
import type { JournalEntry } from '../cache/ports'
import { decodeKey, encodeKey } from '@shared/entry-key'

/**
 * A row in the order of the columns below. Small values come together with their key, as one run of
 * bytes: each blob that is handed over costs as much as five numbers.
 */
type Row = [
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

/** Bytes of a value from which on it is read by itself, so that a page of rows stays small. */
const largeValue = 16 * 1024
const noTags: readonly string[] = []

const columns = `position,
  CASE WHEN length(value) >= ${largeValue} THEN NULL ELSE CAST(key || value AS BLOB) END, length(key),
  content_type, tags, kind, flags, version, stored_at, ttl, fresh_until, grace_until, grace`

interface EntryPages {
  /**
   * The entries of a cache below a position, newest first, until there are so many or so many bytes
   * of values. `next` is where to go on; null if nothing is left.
   */
  below: (
    cacheId: string,
    position: number,
    most: { entries: number, bytes: number },
  ) => { entries: JournalEntry[], next: number | null }
  find: (cacheId: string, key: string) => JournalEntry | undefined
  /** The lowest position of a cache; null if it has no entry. */
  oldest: (cacheId: string) => number | null
}

/**
 * Reads the rows of `entries.db`.
 *
 * @param unreadable receives each row that is there and means nothing; it is left out
 */
export function createEntryPages(
  database: Database,
  unreadable: (position: number, error: unknown) => void,
): EntryPages {
  const below = database.prepare<[string, number, number], Row>(
    `SELECT ${columns} FROM entry WHERE cache_id = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  ).raw()
  const find = database.prepare<[string, Uint8Array], Row>(
    `SELECT ${columns} FROM entry WHERE cache_id = ? AND key = ?`,
  ).raw()
  const large = database.prepare<[number], [key: Buffer, value: Buffer]>(
    'SELECT key, value FROM entry WHERE position = ?',
  ).raw()
  const oldest = database.prepare<[string], number | null>('SELECT min(position) FROM entry WHERE cache_id = ?').pluck()

  function contentOf([position, packed, keyLength]: Row): [key: Uint8Array, value: Buffer] {
    if (packed !== null)
      return [packed.subarray(0, keyLength), packed.subarray(keyLength)]
    const content = large.get(position)
    if (content === undefined)
      throw new Error('The row is gone')
    return content
  }

  function entryOf(row: Row): JournalEntry | undefined {
    const [position, , , contentType, tags, kind, flags, version, storedAt, ttl, freshUntil, graceUntil, grace] = row
    try {
      const [key, value] = contentOf(row)
      return {
        position,
        key: decodeKey(key),
        value,
        contentType,
        tags: tags === '[]' ? noTags : JSON.parse(tags) as string[],
        kind,
        flags,
        version,
        storedAt,
        ttl,
        freshUntil,
        graceUntil,
        grace,
      }
    }
    catch (error) {
      unreadable(position, error)
      return undefined
    }
  }

  return {
    below(cacheId, position, most) {
      const entries: JournalEntry[] = []
      let bytes = 0
      const rows = below.all(cacheId, position, most.entries)
      for (const row of rows) {
        const entry = entryOf(row)
        if (entry === undefined)
          continue
        entries.push(entry)
        bytes += entry.value.length
        if (bytes >= most.bytes)
          return { entries, next: entry.position }
      }
      return { entries, next: rows.length < most.entries ? null : rows.at(-1)?.[0] ?? null }
    },
    find(cacheId, key) {
      const row = find.get(cacheId, encodeKey(key))
      return row && entryOf(row)
    },
    oldest: cacheId => oldest.get(cacheId) ?? null,
  }
}
