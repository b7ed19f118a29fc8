import type { Database } from 'better-sqlite3'
import type { PersistedEntry } from '../cache/ports'
import type { EntryRow } from './entry-of-row'
import type { PendingBatch } from './pending-writes'
import { encodeKey } from '@shared/entry-key'
import { entryOfRow } from './entry-of-row'

interface Row extends EntryRow {
  /** The row's number, in the order in which the entries were stored. */
  position: number
}

interface EntryRows {
  /** Calls `onUnreadable` for each row that cannot be an entry, and goes on. */
  load: (cacheId: string, onUnreadable: () => void) => Iterable<PersistedEntry>
  has: (cacheId: string, key: string) => boolean
  /** Writes the whole batch, or throws and writes nothing. */
  write: (batch: PendingBatch) => void
}

/**
 * The rows of `entries.db`. Keys are stored as bytes, because SQLite has its own rules for
 * comparing and truncating text.
 */
export function createEntryRows(database: Database): EntryRows {
  const next = database.prepare<[string, number], Row>(`
    SELECT position, key, value, content_type AS contentType, tags, kind, flags, version, stored_at AS storedAt, ttl,
           fresh_until AS freshUntil, grace_until AS graceUntil, grace
    FROM entry WHERE cache_id = ? AND position > ? ORDER BY position LIMIT 1`)
  const has = database.prepare('SELECT 1 FROM entry WHERE cache_id = ? AND key = ?')
  const put = database.prepare(`
    INSERT OR REPLACE INTO entry
      (cache_id, key, value, content_type, tags, kind, flags, version, stored_at, ttl, fresh_until, grace_until, grace)
    VALUES
      (@cacheId, @key, @value, @contentType, @tags, @kind, @flags, @version, @storedAt, @ttl, @freshUntil, @graceUntil,
       @grace)
  `)
  const retime = database.prepare(
    'UPDATE entry SET fresh_until = @freshUntil, grace_until = @graceUntil, ttl = @ttl WHERE cache_id = @cacheId AND key = @key',
  )
  const remove = database.prepare('DELETE FROM entry WHERE cache_id = ? AND key = ?')
  const clear = database.prepare('DELETE FROM entry WHERE cache_id = ?')

  function writeEntry(cacheId: string, entry: PersistedEntry): void {
    put.run({ ...entry, cacheId, key: encodeKey(entry.key), tags: JSON.stringify(entry.tags) })
  }

  return {
    // Reads one row per step instead of keeping a cursor open: a cursor would keep the connection
    // from writing until it is read to its end.
    * load(cacheId, onUnreadable) {
      for (let row = next.get(cacheId, 0); row; row = next.get(cacheId, row.position)) {
        const { position: _, ...rest } = row
        const entry = entryOfRow(rest)
        if (entry === null)
          onUnreadable()
        else
          yield entry
      }
    },
    has: (cacheId, key) => has.get(cacheId, encodeKey(key)) !== undefined,
    write: database.transaction((batch: PendingBatch) => {
      for (const [cacheId, { cleared, changes }] of batch) {
        if (cleared)
          clear.run(cacheId)
        for (const [key, change] of changes) {
          if (change.type === 'put')
            writeEntry(cacheId, change.entry)
          else if (change.type === 'retime')
            retime.run({ ...change.times, cacheId, key: encodeKey(key) })
          else
            remove.run(cacheId, encodeKey(key))
        }
      }
    }),
  }
}
