import type { Database } from 'better-sqlite3'
import type { Migration } from './migrations'
import { lstatSync } from 'node:fs'
import { messageOf } from '@shared/errors'
import Sqlite from 'better-sqlite3'
import { tightenFile } from './private-files'
import { besides } from './set-aside'

/** What tells one of Larder's databases from others. */
export interface DatabaseKind {
  /** The number in the file's header. */
  applicationId: number
  /** A table that no database of somebody else is likely to have next to `schema_migration`. */
  table: string
  migrations: readonly Migration[]
}

/**
 * `other`: it belongs to somebody else or to a newer Larder, or cannot be read at the moment. None
 * of that is damage.
 */
export type Finding =
  | { state: 'missing' | 'sound' | 'other' }
  | { state: 'damaged', reason: string }

/** Milliseconds that a look waits for another program to let go of the database. */
const lockPatience = 100

/** Bytes up to which every page is read: 40 to 100 ms, if the disk has them at hand. */
const wholeBelow = 64 * 1024 * 1024

/**
 * Whether an error means that the database itself is damaged. One of reading or writing the disk is
 * none, and neither is a lock: both may be gone the next time.
 */
export function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError
    && (error.code === 'SQLITE_NOTADB' || /^SQLITE_CORRUPT(?:_|$)/.test(error.code))
}

/**
 * Examines a database and changes nothing of it. A large one is examined up to its schema, unless
 * `wholly` is set.
 *
 * @throws {Error} a sentence for people if one of its files is not their own
 */
export function examine(file: string, kind: DatabaseKind, wholly = false): Finding {
  const isMissing = tightenFile(file) === 'missing'
  for (const beside of besides)
    tightenFile(`${file}${beside}`)
  if (isMissing)
    return { state: 'missing' }
  if (lstatSync(file).size === 0)
    return damaged('it is empty')
  let reader: Database | undefined
  try {
    // Whoever only reads does not write the log back into a database that may be foreign, and while
    // this connection is open no other one does so when it is closed.
    reader = new Sqlite(file, { readonly: true, timeout: lockPatience })
    return look(reader, file, kind, wholly)
  }
  catch (error) {
    return isDamage(error) ? damaged(messageOf(error)) : { state: 'other' }
  }
  finally {
    reader?.close()
  }
}

function look(reader: Database, file: string, kind: DatabaseKind, wholly: boolean): Finding {
  const id = reader.pragma('application_id', { simple: true })
  const names = new Set(reader.prepare<[], string>('SELECT name FROM sqlite_schema').pluck().all())
  const isOurs = names.has('schema_migration') && names.has(kind.table)
  if (names.size === 0)
    return damaged('it is empty')
  if (id !== kind.applicationId)
    return isOurs ? damaged('its header is not that of Larder') : { state: 'other' }
  if (!isOurs)
    return damaged('its tables are missing')
  try {
    const numbers = reader.prepare<[], number>('SELECT number FROM schema_migration ORDER BY number').pluck().all()
    if (numbers.some((number, index) => number !== index + 1))
      return damaged('its schema steps have gaps')
    const steps = numbers.length
    if (steps > kind.migrations.length)
      return { state: 'other' }
    if (!hasSchema(reader, kind.migrations.slice(0, steps)))
      return damaged('its tables are not those of Larder')
    return wholly || sizeOf(reader) <= wholeBelow ? examinePages(file) : { state: 'sound' }
  }
  catch (error) {
    // A name or a condition of a table was changed, or a row no longer fulfils it.
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_ERROR')
      return damaged(messageOf(error))
    throw error
  }
}

/** Whether the tables that these steps make are all there, with all their columns. */
function hasSchema(database: Database, steps: readonly Migration[]): boolean {
  // It becomes that schema when it is opened.
  if (steps.some(({ mend }) => mend && database.prepare(mend.when).get()))
    return true
  const model = new Sqlite(':memory:')
  try {
    steps.forEach(({ sql }) => model.exec(sql))
    const columns = `
      SELECT t.name AS "table", c.name, c.type, c."notnull", c.pk
      FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'`
    const found = new Set(database.prepare(columns).all().map(column => JSON.stringify(column)))
    return model.prepare(columns).all().every(column => found.has(JSON.stringify(column)))
  }
  finally {
    model.close()
  }
}

function sizeOf(database: Database): number {
  const [pages, size] = ['page_count', 'page_size'].map(name => Number(database.pragma(name, { simple: true })))
  return (pages ?? 0) * (size ?? 0)
}

function examinePages(file: string): Finding {
  // SQLite ignores the conditions of tables in a connection that only reads.
  const database = new Sqlite(file, { timeout: lockPatience })
  try {
    database.pragma('query_only = ON')
    const first = String(database.pragma('integrity_check(1)', { simple: true }))
    if (first !== 'ok')
      return damaged(first.replaceAll('\n', ' '))
    return (database.pragma('foreign_key_check') as unknown[]).length > 0
      ? damaged('a row belongs to one that is not there')
      : { state: 'sound' }
  }
  finally {
    database.close()
  }
}

function damaged(reason: string): Finding {
  return { state: 'damaged', reason }
}
