import type { Disposable } from '../base/disposable'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import Sqlite from 'better-sqlite3'
import { ensurePrivateDatabase, readPrivateFile, writeFileAtomic } from './private-files'

/**
 * Takes the data folder for this process, until `dispose`; keep the handle, for garbage collection
 * lets go too. Throws an Error that names the folder, and the other process where it is known, when
 * another Larder has it.
 *
 * The lock is a transaction on an empty SQLite file: the system drops it with the process however
 * that ends, where a file with a process id in it would outlive a SIGKILL. The process id lies
 * beside it, for the message alone.
 */
export function lockHome(home: string): Disposable {
  const file = join(home, 'larder.lock')
  const note = join(home, 'larder.pid')
  ensurePrivateDatabase(file)
  const database = new Sqlite(file, { timeout: 0 })
  try {
    // Nothing is ever written here: no journal file beside it.
    database.pragma('journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  }
  catch (error) {
    database.close()
    if (!(error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')))
      throw new Error(`${home} cannot be locked: ${messageOf(error)}`, { cause: error })
    throw new Error(`${home} is in use by another Larder${processIn(note)}`, { cause: error })
  }
  try {
    writeFileAtomic(note, `${process.pid}\n`)
  }
  catch (error) {
    database.close()
    throw new Error(`${home} cannot be written to: ${messageOf(error)}`, { cause: error })
  }
  return { dispose: () => void database.close() }
}

function processIn(note: string): string {
  try {
    const id = readPrivateFile(note).toString().trim()
    return /^\d{1,10}$/.test(id) ? ` (process ${id})` : ''
  }
  catch {
    // Locked a moment ago and not noted yet, or not to be believed: the message does without.
    return ''
  }
}
