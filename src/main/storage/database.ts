import type { Database } from 'better-sqlite3'
import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { Migration } from './migrations'
import { basename } from 'node:path'
import { messageOf } from '@shared/errors'
import Sqlite from 'better-sqlite3'
import { ensurePrivateDatabase, replaceFile } from './private-files'

interface DatabaseOptions {
  /** Absolute path; created when it is missing. */
  file: string
  /** Number in the file's header that says whose it is, and which of ours. */
  applicationId: number
  migrations: readonly Migration[]
  clock: RealClock
  logger: Logger
}

/**
 * Opens one of Larder's databases, its owner's alone, with its schema brought up to date. What a
 * transaction has committed is on the disk. Throws an Error with a sentence for people when the
 * file is not a database, not ours, damaged, or written by a newer Larder, where one of its files
 * is not the person's own, or where the copy cannot be made that is kept of an older schema; the
 * file is unchanged then.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { file } = options
  ensurePrivateDatabase(file)

  let database: Database | undefined
  try {
    database = new Sqlite(file)
    // First of all, so that a file which is not ours stays as it is.
    checkOwner(database, options)
    declarePragmas(database)
    migrate(database, options)
    checkPragmas(database)
    return database
  }
  catch (error) {
    database?.close()
    if (error instanceof Sqlite.SqliteError)
      throw new Error(`${file} cannot be opened: ${error.message} (${error.code})`, { cause: error })
    throw error
  }
}

function checkOwner(database: Database, { file, applicationId }: DatabaseOptions): void {
  const found = database.pragma('application_id', { simple: true })
  if (found === applicationId)
    return
  const tables = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get()
  if (found !== 0 || tables !== 0)
    throw new Error(`${file} is not a ${basename(file)} of Larder; move it away, or choose another data folder`)
}

/**
 * `synchronous` has to be set even where it reads FULL already: better-sqlite3 is built with
 * SQLITE_DEFAULT_WAL_SYNCHRONOUS=1, which lowers it to NORMAL at the first WAL write of a
 * connection that never set it.
 */
function declarePragmas(database: Database): void {
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
}

/**
 * Reads back what was declared, after the first write: a setting that does not hold must not go
 * unnoticed.
 */
function checkPragmas(database: Database): void {
  const declared = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, trusted_schema: 0 }
  for (const [name, value] of Object.entries(declared)) {
    const found = database.pragma(name, { simple: true })
    if (found !== value)
      throw new Error(`${database.name} does not keep ${name} = ${value}, it has ${found}`)
  }
}

function migrate(database: Database, { file, applicationId, migrations, clock, logger }: DatabaseOptions): void {
  const applied = appliedMigrations(database)
  if (applied.length > migrations.length) {
    throw new Error(
      `${file} was written by a newer Larder (schema ${applied.length}; this one knows ${migrations.length}); update Larder, or choose another data folder`,
    )
  }
  for (const [index, name] of applied.entries()) {
    if (migrations[index]?.name !== name) {
      throw new Error(
        `${file} has the schema step ${name}, which this Larder does not know; it was written by another version`,
      )
    }
  }
  if (applied.length > 0 && applied.length < migrations.length)
    keepCopy(database, file, migrations[applied.length] as Migration)
  for (const [index, { name, sql }] of migrations.entries()) {
    if (index < applied.length)
      continue
    try {
      database.transaction(() => {
        database.exec(sql)
        database
          .prepare('INSERT INTO schema_migration (number, name, applied_at) VALUES (?, ?, ?)')
          .run(index + 1, name, Math.round(clock.wall()))
        // In the header, so part of the transaction: a half-made database is never taken for ours.
        database.pragma(`application_id = ${applicationId}`)
      }).immediate()
    }
    catch (error) {
      throw new Error(
        `${file}: the schema step ${name} failed and changed nothing: ${messageOf(error)}`,
        { cause: error },
      )
    }
    logger.info('schema migrated', { database: basename(file), migration: name })
  }
  // Something is written at every start, so that checkPragmas reads them back after a first write.
  database.pragma(`user_version = ${migrations.length}`)
}

/**
 * Keeps the database as it is now beside it, as `entries.db.before-002`, for those who go back to
 * the Larder that wrote it. SQLite copies: what still lies in the write-ahead log is in it. A copy
 * of an earlier attempt is replaced.
 */
function keepCopy(database: Database, file: string, { name }: Migration): void {
  const copy = `${file}.before-${name.slice(0, 3)}`
  try {
    replaceFile(copy, temporary => void database.prepare('VACUUM INTO ?').run(temporary))
  }
  catch (error) {
    throw new Error(
      `${file} was left as it is, because its copy ${basename(copy)} cannot be made: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

/** Names in order; the numbers have no gaps, or the file is damaged. */
function appliedMigrations(database: Database): string[] {
  const known = database
    .prepare('SELECT 1 FROM sqlite_schema WHERE type = \'table\' AND name = \'schema_migration\'')
    .get()
  if (!known)
    return []
  const rows = database
    .prepare<[], { number: number, name: string }>('SELECT number, name FROM schema_migration ORDER BY number')
    .all()
  if (rows.some((row, index) => row.number !== index + 1))
    throw new Error(`${database.name} is damaged: its schema steps have gaps`)
  return rows.map(row => row.name)
}
