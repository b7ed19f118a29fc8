import type { Database } from 'better-sqlite3'
import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { Migration } from './migrations'
import { lstatSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { messageOf } from '@shared/errors'
import Sqlite from 'better-sqlite3'
import { ensurePrivateDatabase, replaceFile, syncFolder } from './private-files'
import { besides, setAside } from './set-aside'

interface DatabaseOptions {
  /** Absolute path; created if it is missing. */
  file: string
  /**
   * The number in the file's header that identifies it as Larder's, and as one of its databases.
   */
  applicationId: number
  migrations: readonly Migration[]
  clock: RealClock
  logger: Logger
}

/**
 * Opens one of Larder's databases, which is accessible only to its owner, and migrates its schema.
 * Whatever a transaction has committed is on the disk. Throws an Error with a sentence for people
 * if the file is not a database, not one of Larder's, damaged, or written by a newer Larder; if one
 * of its files is not the person's own; or if the copy that is kept of an older schema cannot be
 * made. In these cases the file is unchanged.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { file } = options
  if (!isThere(file))
    create(options)
  return open(file, options)
}

/**
 * Makes a new database under another name first, so that one with the right name is always whole:
 * an empty file there is one that has lost what was in it.
 */
function create(options: DatabaseOptions): void {
  const { file, clock, logger } = options
  // SQLite would apply a write-ahead log to any database of its name.
  if (besides.some(beside => isThere(`${file}${beside}`)))
    logger.warn('a log without its database was set aside', { file: setAside(file, clock.wall()) })
  const fresh = `${file}.new`
  for (const suffix of ['', ...besides])
    rmSync(`${fresh}${suffix}`, { force: true })
  open(fresh, options).close()
  renameSync(fresh, file)
  syncFolder(dirname(file))
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function open(path: string, options: DatabaseOptions): Database {
  const { file } = options
  ensurePrivateDatabase(path)

  let database: Database | undefined
  try {
    database = new Sqlite(path)
    // This comes first, so that a foreign file stays unchanged.
    checkOwner(database, options)
    declarePragmas(database)
    migrate(database, options)
    checkPragmas(database)
    return database
  }
  catch (error) {
    database?.close()
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_READONLY')) {
      throw new Error(
        `${file} is read-only, so Larder cannot use it; make it writable, or choose another data folder`,
        { cause: error },
      )
    }
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
 * `synchronous` must be set even if it reads FULL already: better-sqlite3 is built with
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
 * Reads the settings back after the first write, so that one that did not take effect is noticed.
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
  const missing = migrations.slice(applied.length)
  if (applied.length > 0 && missing[0])
    keepCopy(database, file, missing[0])
  // All steps together, so that a process that is killed leaves the old schema or the new one.
  database.transaction(() => {
    for (const { mend } of migrations.slice(0, applied.length)) {
      if (mend && database.prepare(mend.when).get())
        database.exec(mend.sql)
    }
    for (const [index, migration] of missing.entries())
      applyStep(database, file, migration, applied.length + index + 1, clock)
    // The id is in the header and so part of the transaction: an incomplete database is never taken
    // for ours.
    if (missing.length > 0)
      database.pragma(`application_id = ${applicationId}`)
  }).immediate()
  for (const { name } of missing)
    logger.info('schema migrated', { database: basename(file), migration: name })
  // This writes at every start, so that checkPragmas always reads the settings back after a first
  // write.
  database.pragma(`user_version = ${migrations.length}`)
}

function applyStep(database: Database, file: string, { name, sql }: Migration, number: number, clock: RealClock): void {
  try {
    database.exec(sql)
    database
      .prepare('INSERT INTO schema_migration (number, name, applied_at) VALUES (?, ?, ?)')
      .run(number, name, Math.round(clock.wall()))
  }
  catch (error) {
    throw new Error(
      `${file}: the schema step ${name} failed and changed nothing: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

/**
 * Keeps a copy of the present database next to it, named like `entries.db.before-002`, for people
 * who go back to the Larder that wrote it. SQLite makes the copy, so it includes what is still in
 * the write-ahead log. A copy from an earlier attempt is replaced.
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

/** The names in order. If the numbers have gaps, the file is damaged. */
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
