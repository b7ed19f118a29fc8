import type { Database } from 'better-sqlite3'
import type { PersistedEntry } from '../cache/ports'
import type { PendingBatch } from './pending-writes'
import { encodeKey } from '@shared/entry-key'

interface EntryRows {
  has: (cacheId: string, key: string) => boolean
  /** Writes the whole batch, or throws and writes nothing. */
  write: (batch: PendingBatch) => void
}

/**
 * Writes the rows of `entries.db`. Keys are stored as bytes, because SQLite has its own rules for
 * comparing and truncating text.
 */
export function createEntryRows(database: Database): EntryRows {
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
