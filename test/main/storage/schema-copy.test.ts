import type { Database } from 'better-sqlite3'
import type { Migration } from '../../../src/main/storage/migrations'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { openDatabase } from '../../../src/main/storage/database'
import { entryMigrations } from '../../../src/main/storage/migrations'
import { temporaryFolder } from '../../helpers/folder'

const applicationId = 0x4C524465
const [initial, kinds] = entryMigrations as readonly [Migration, Migration]

function open(file: string, ...migrations: Migration[]): Database {
  const database = openDatabase({ file, applicationId, migrations, clock: systemClock, logger: silentLogger })
  onTestFinished(() => void database.close())
  return database
}

/** Creates a database of the previous schema, with one entry only in the write-ahead log. */
function olderDatabase(): { file: string, copy: string, older: Database } {
  const file = join(temporaryFolder(), 'entries.db')
  const older = open(file, initial)
  older.pragma('wal_autocheckpoint = 0')
  older.exec(
    'INSERT INTO entry (cache_id, key, value, content_type, tags, version, stored_at) VALUES (\'c\', x\'6B\', x\'01\', \'a/b\', \'[]\', 7, 1)',
  )
  expect(readFileSync(file).includes('a/b')).toBe(false)
  return { file, copy: `${file}.before-002`, older }
}

const rowsOf = (database: Database): unknown[] => database.prepare('SELECT cache_id, version FROM entry').all()

// Red: in src/main/storage/database.ts copy with `copyFileSync(file, temporary)`.
it('keeps a copy of a database of an older schema, which the Larder before can open', () => {
  const { file, copy } = olderDatabase()
  const migrated = open(file, initial, kinds)
  expect(migrated
    .prepare('SELECT version, kind, flags FROM entry')
    .all()).toEqual([{ version: 7, kind: 'bytes', flags: 0 }])
  expect(rowsOf(open(copy, initial))).toEqual([{ cache_id: 'c', version: 7 }])
  if (process.platform !== 'win32')
    expect(statSync(copy).mode & 0o777).toBe(0o600)
})

it('makes it once, and none of a new database', () => {
  const { file, copy, older } = olderDatabase()
  older.close()
  open(file, initial, kinds).close()
  rmSync(copy)
  open(file, initial, kinds).close()
  expect(existsSync(copy)).toBe(false)
  const fresh = join(temporaryFolder(), 'entries.db')
  open(fresh, initial, kinds).close()
  expect(readdirSync(join(fresh, '..'))).toEqual(['entries.db'])
})

// Red: in src/main/storage/database.ts log the error of `replaceFile` instead of throwing it.
it('changes nothing where the copy cannot be made', () => {
  const { file, copy } = olderDatabase()
  mkdirSync(copy)
  expect(() => open(file, initial, kinds)).toThrow(
    `${file} was left as it is, because its copy entries.db.before-002 cannot be made: ${copy} is not a file; move it away`,
  )
  expect(rowsOf(open(file, initial))).toEqual([{ cache_id: 'c', version: 7 }])
  expect(readdirSync(join(file, '..')).filter(name => name.endsWith('.tmp'))).toEqual([])
})
