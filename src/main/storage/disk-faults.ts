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

/**
 * Returns LarderError `storage-full` if something that was thrown means that the disk takes no
 * write, and anything else unchanged. Only administrators are told which folder it is, and why.
 */
export function translateDiskFault(error: unknown, home: string): unknown {
  if (!isDiskFault(error))
    return error
  return new LarderError('storage-full', sentence, {
    cause: error,
    forAdministrators: `Larder cannot write to ${home} (${messageOf(error)}), so nothing was changed. `
      + 'Free space on its disk or make the folder writable, and try again.',
  })
}

function isDiskFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false
  const { code } = error
  return numbers.has(code) || codes.some(primary => code === primary || code.startsWith(`${primary}_`))
}
