import type { Migration } from '../../src/main/storage/migrations'
import { join } from 'node:path'
import { systemClock } from '../../src/main/base/clock'
import { silentLogger } from '../../src/main/base/logger'
import { openDatabase } from '../../src/main/storage/database'
import { entryKind, metadataKind } from '../../src/main/storage/kinds'

interface Landed {
  name: string
  file: 'larder.db' | 'entries.db'
  steps: readonly Migration[]
}

const { migrations: metadata } = metadataKind
const { migrations: entries } = entryKind

/** The text of 005-connections for one commit: another name for a column. */
const formerConnections = metadata.slice(0, 5).map(({ name, sql }) => ({
  name,
  sql: name === '005-connections' ? sql.replace(/\bfields(?= {9}TEXT|\))/g, 'field_values') : sql,
}))

/** Every schema that has ever been on the main branch, but the present one. */
export const landedSchemas: readonly Landed[] = [
  ...metadata.slice(0, -1).map((_, index): Landed => schemaOf('larder.db', metadata.slice(0, index + 1))),
  { name: '005-connections with field_values', file: 'larder.db', steps: formerConnections },
  ...entries.slice(0, -1).map((_, index): Landed => schemaOf('entries.db', entries.slice(0, index + 1))),
]

function schemaOf(file: Landed['file'], steps: readonly Migration[]): Landed {
  return { name: steps.at(-1)?.name ?? '', file, steps }
}

/**
 * Makes a database of such a schema, with `rows` users or entries and a row of everything else that
 * it knows.
 */
export function makeLanded(home: string, { file, steps }: Landed, rows = 1): void {
  const { applicationId } = file === 'larder.db' ? metadataKind : entryKind
  const migrations = steps.map(({ name, sql }) => ({ name, sql }))
  const own = { clock: systemClock, logger: silentLogger }
  const database = openDatabase({ file: join(home, file), applicationId, migrations, ...own })
  const knows = (step: string): boolean => steps.some(({ name }) => name === step)
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`
  if (file === 'entries.db') {
    database.exec(`
      INSERT INTO entry (cache_id, key, value, content_type, tags, version, stored_at)
      ${numbers} SELECT 'c', CAST('k' || i AS BLOB), zeroblob(100), 'a/b', '["t"]', i, 1 FROM n`)
    database.close()
    return
  }
  database.exec(`
    INSERT INTO user (id, name, owner, admin, password_hash, created_at)
    ${numbers} SELECT 'u' || i, 'user ' || i, i = 1, i = 1, NULL, 1 FROM n;
    INSERT INTO api_key VALUES
      ('k1', 'u1', 'app', x'${'01'.repeat(32)}', NULL, NULL, '["read"]', NULL, '[]', 3, 4);
    INSERT INTO setting VALUES ('enabled', 'false');
    INSERT INTO cache ${knows('003-cache-settings')
      ? `${numbers} SELECT 'c' || i, 'u' || i, 'default', '{"ttl":60}', 2 FROM n`
      : `${numbers} SELECT 'c' || i, 'u' || i, 'default', 60, 0, NULL, NULL, 'lru', 1, 1, 2 FROM n`}`)
  if (knows('004-sessions'))
    database.exec(`INSERT INTO session VALUES ('${'s'.repeat(43)}', 'u1', 5)`)
  if (knows('005-connections'))
    database.exec('INSERT INTO connection VALUES (\'x1\', \'main\', \'redis\', \'{"host":"a"}\', \'[]\', NULL, 6)')
  database.close()
}
