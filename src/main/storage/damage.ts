import type { Database } from 'better-sqlite3'
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
  /** How many schema steps this Larder knows. */
  steps: number
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
  const found = tightenFile(file)
  for (const beside of besides)
    tightenFile(`${file}${beside}`)
  if (found === 'missing')
    return { state: 'missing' }
  if (lstatSync(file).size === 0)
    return damaged('it is empty')
  let database: Database | undefined
  try {
    // Whoever only reads does not write the log back into a database that may be foreign.
    database = new Sqlite(file, { readonly: true, timeout: lockPatience })
    return look(database, kind, wholly)
  }
  catch (error) {
    return isDamage(error) ? damaged(messageOf(error)) : { state: 'other' }
  }
  finally {
    database?.close()
  }
}

function look(database: Database, { applicationId, table, steps }: DatabaseKind, wholly: boolean): Finding {
  const id = database.pragma('application_id', { simple: true })
  const names = new Set(database.prepare<[], string>('SELECT name FROM sqlite_schema').pluck().all())
  const isOurs = names.has('schema_migration') && names.has(table)
  if (names.size === 0)
    return damaged('it is empty')
  if (id !== applicationId)
    return isOurs ? damaged('its header is not that of Larder') : { state: 'other' }
  if (!isOurs)
    return damaged('its tables are missing')
  const applied = database.prepare<[], number>('SELECT max(number) FROM schema_migration').pluck().get() ?? 0
  if (applied > steps)
    return { state: 'other' }
  const bytes = Number(database.pragma('page_count', { simple: true }))
    * Number(database.pragma('page_size', { simple: true }))
  return wholly || bytes <= wholeBelow ? examinePages(database) : { state: 'sound' }
}

function examinePages(database: Database): Finding {
  try {
    const first = String(database.pragma('integrity_check(1)', { simple: true }))
    if (first !== 'ok')
      return damaged(first.replaceAll('\n', ' '))
    return (database.pragma('foreign_key_check') as unknown[]).length > 0
      ? damaged('a row belongs to one that is not there')
      : { state: 'sound' }
  }
  catch (error) {
    // The conditions of a table fail on a row that was changed: malformed JSON, for example.
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_ERROR')
      return damaged(messageOf(error))
    throw error
  }
}

function damaged(reason: string): Finding {
  return { state: 'damaged', reason }
}
