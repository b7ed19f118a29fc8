import { join } from 'node:path'
import { LarderError, messageOf } from '@shared/errors'

/**
 * Result codes of SQLite, with their extended ones, and error numbers of the system: the disk is
 * full, broken or read-only. A full disk has many of them: SQLite reports SQLITE_IOERR_SHMSIZE if
 * it cannot extend the index of its write-ahead log (https://sqlite.org/rescode.html).
 */
const codes = ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_READONLY', 'SQLITE_CANTOPEN']
const numbers: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EACCES', 'EPERM'])

/** What everybody is told when the data folder cannot be written. */
const sentence = 'Larder cannot write to its data folder, so nothing was changed. '
  + 'An administrator has to free space on its disk or make the folder writable.'

/** The same while another program has a database locked, such as a database browser. */
const lockedSentence = 'Another program has a database of Larder locked, so nothing was changed. '
  + 'Try again when it has let go of it.'

/**
 * Returns LarderError `storage-full` if something that was thrown means that the disk takes no
 * write, or that a database is locked, and anything else unchanged. Only administrators are told
 * which folder it is, and why.
 */
export function translateDiskFault(error: unknown, home: string): unknown {
  if (isLocked(error)) {
    return new LarderError('storage-full', lockedSentence, {
      cause: error,
      forAdministrators: `Another program has ${join(home, 'larder.db')} locked, so nothing was changed. `
        + 'End it, or what it does there, and try again.',
    })
  }
  if (!isDiskFault(error))
    return error
  return new LarderError('storage-full', sentence, {
    cause: error,
    forAdministrators: `Larder cannot write to ${home} (${messageOf(error)}), so nothing was changed. `
      + 'Free space on its disk or make the folder writable, and try again.',
  })
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}

function isDiskFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false
  const { code } = error
  return numbers.has(code) || codes.some(primary => code === primary || code.startsWith(`${primary}_`))
}
