import type { Database } from 'better-sqlite3'
import type { MetadataStore, SessionRecord } from '../base/metadata'

/** The sessions in SQLite. Its writes belong into a transaction. */
export function openSessionTable(database: Database): MetadataStore['sessions'] {
  const list = database.prepare<[], SessionRecord>(
    'SELECT id, user_id AS userId, idle_until AS idleUntil FROM session ORDER BY idle_until',
  )
  const put = database.prepare(
    'INSERT INTO session (id, user_id, idle_until) VALUES (@id, @userId, @idleUntil)'
    + ' ON CONFLICT (id) DO UPDATE SET idle_until = excluded.idle_until',
  )
  const remove = database.prepare('DELETE FROM session WHERE id = ?')
  return {
    list: () => list.all(),
    put: ({ idleUntil, ...session }) => void put.run({ ...session, idleUntil: Math.round(idleUntil) }),
    delete: id => remove.run(id).changes > 0,
  }
}
