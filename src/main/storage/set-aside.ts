import { lstatSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './private-files'

/** What SQLite keeps next to a database, by how the names end. */
export const besides = ['-wal', '-shm', '-journal'] as const

/**
 * Renames a database and what belongs to it, so that nothing opens it any more and nothing of it is
 * lost: `larder.db.corrupt-20251130T185900123Z`, with its `-wal`. Links are renamed, not followed.
 * The database goes first: a process that is killed in between leaves a log without a database,
 * which is never applied, whereas a database without its log would be an older state.
 *
 * @param now milliseconds of the wall clock
 * @returns the new path of the database
 * @throws {Error} what `node:fs` throws
 */
export function setAside(file: string, now: number): string {
  const suffixes = ['', ...besides]
  let time = now
  while (suffixes.some(suffix => isTaken(`${nameAt(file, time)}${suffix}`)))
    time++
  const aside = nameAt(file, time)
  for (const suffix of suffixes) {
    if (isTaken(`${file}${suffix}`))
      renameSync(`${file}${suffix}`, `${aside}${suffix}`)
  }
  syncFolder(dirname(file))
  return aside
}

function nameAt(file: string, time: number): string {
  return `${file}.corrupt-${new Date(time).toISOString().replace(/[-:.]/g, '')}`
}

function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
