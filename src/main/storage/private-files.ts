import { chmodSync, closeSync, fchmodSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { randomId } from '../base/ids'

/** Only the owner may read and write. */
export const privateFileMode = 0o600
export const privateFolderMode = 0o700

/**
 * Replaces a file so that a reader, and the next start after a power cut, finds the old content or the new, never a part
 * of it: the data is synced under a temporary name first, because a rename may reach the disk before the data does.
 * The folder is synced last, because the rename is a change of the folder. Throws what `node:fs` throws; then the old file
 * is untouched and the temporary one gone.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode = privateFileMode): void {
  const temporary = `${path}.${randomId()}.tmp`
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      // The umask may have taken bits away from what `open` was asked for.
      fchmodSync(file, mode)
      writeFileSync(file, data)
      fsyncSync(file)
    }
    finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  }
  catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/**
 * Makes sure that a file is there and is its owner's alone, whatever the umask. Never opens a file that exists: POSIX drops
 * all locks of a process on a file when it closes any descriptor of it, and SQLite's locks are such locks.
 * Throws an Error where something else than a file is in the way.
 */
export function ensurePrivateFile(path: string): void {
  if (tightenFile(path) === 'missing')
    closeSync(openSync(path, 'wx', privateFileMode))
}

/** Takes a file's access away from everybody but its owner. `missing` when there is no such file; throws an Error where it is none. */
export function tightenFile(path: string): 'missing' | 'private' | 'tightened' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) {
    if (lstatSync(path, { throwIfNoEntry: false }))
      throw new Error(`${path} is a link that leads nowhere`)
    return 'missing'
  }
  if (!found.isFile())
    throw new Error(`${path} is not a file`)
  if (!isOpenToOthers(found.mode))
    return 'private'
  chmodSync(path, privateFileMode)
  return 'tightened'
}

/** Whether group or others have any access. Windows has no such bits: there the folder's own access list decides. */
export function isOpenToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}

function syncFolder(path: string): void {
  // Windows cannot open folders, and its renames are journalled.
  if (process.platform === 'win32')
    return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  }
  finally {
    closeSync(folder)
  }
}
