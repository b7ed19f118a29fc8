import type { Disposable } from '../base/disposable'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import Sqlite from 'better-sqlite3'
import { ensurePrivateDatabase, readPrivateFile, writeFileAtomic } from './private-files'

/**
 * Locks the data folder for this process until `dispose`. Keep the handle, because garbage
 * collection releases the lock too. Throws an Error that names the folder, and the other process if
 * it is known, when another Larder uses the folder.
 *
 * The lock is a transaction on an empty SQLite file: the operating system releases it when the
 * process ends for any reason, whereas a file with a process id would outlive a SIGKILL. The
 * process id is stored next to it, only for the message.
 */
export function lockHome(home: string): Disposable {
  const file = join(home, 'larder.lock')
  const note = join(home, 'larder.pid')
  ensurePrivateDatabase(file)
  const database = new Sqlite(file, { timeout: 0 })
  try {
    // Nothing is ever written here, so there should be no journal file next to it.
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
    // Locked a moment ago with the id not yet written, or not trustworthy: the message does without
    // it.
    return ''
  }
}
