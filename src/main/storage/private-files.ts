import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { randomId } from '../base/ids'
import { checkOwn, isOpenToOthers, openToOthers } from './ownership'

/** Only the owner may read and write. */
export const privateFileMode = 0o600
export const privateFolderMode = 0o700

// Windows has neither of these flags: there, creating a link needs a privilege, and the folder's
// access list decides.
const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: noWaiting = 0 } = constants

/**
 * Replaces a file so that a reader, and the next start after a power cut, finds either the old
 * content or the new, never a part of it: the data is synced under a temporary name first, because
 * a rename may reach the disk before the data does. The folder is synced last, because the rename
 * is a change of the folder. Links are not followed: if the name is a link, the link itself is
 * replaced. Throws what `node:fs` throws; in that case the old file is untouched and the temporary
 * one is removed.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode = privateFileMode): void {
  replaceFile(path, (_, file) => writeFileSync(file, data), mode)
}

/**
 * Like `writeFileAtomic`, but `write` receives path and descriptor of the empty file and fills it.
 * Also throws what `write` throws.
 */
export function replaceFile(
  path: string,
  write: (temporary: string, file: number) => void,
  mode = privateFileMode,
): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${path} is not a file; move it away`)
  const temporary = `${path}.${randomId()}.tmp`
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      // The umask may have removed bits from the requested mode.
      fchmodSync(file, mode)
      write(temporary, file)
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
 * Makes sure that a file exists and is accessible only to its owner, whatever the umask. Never
 * opens an existing file: POSIX drops all locks of a process on a file when the process closes any
 * descriptor of it, and SQLite uses such locks. Throws an Error if something other than the
 * person's own file has this name.
 */
export function ensurePrivateFile(path: string): void {
  if (tightenFile(path) === 'missing')
    closeSync(openSync(path, 'wx', privateFileMode))
}

/**
 * The same for an SQLite database. SQLite opens the database and the files next to it by name and
 * follows links, so existing files are checked first. Nobody else can change them afterwards,
 * because the data folder is closed to others before anything in it is opened.
 */
export function ensurePrivateDatabase(path: string): void {
  ensurePrivateFile(path)
  // SQLite gives new files the mode of the database; these may be left from a copy or a crash.
  for (const beside of ['-journal', '-wal', '-shm'])
    tightenFile(`${path}${beside}`)
}

/**
 * Makes sure that a folder exists and is accessible only to its owner. Throws an Error if something
 * else has this name.
 */
export function ensurePrivateFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found)
    return void mkdirSync(path, { mode: privateFolderMode })
  checkOwn(path, found, 'folder')
  if (isOpenToOthers(found.mode))
    chmodSync(path, privateFolderMode)
}

/**
 * Removes everybody's access to a file except its owner's. Returns `missing` if there is no such
 * file; throws an Error if it is not the person's own file.
 */
export function tightenFile(path: string): 'missing' | 'private' | 'tightened' {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found)
    return 'missing'
  checkOwn(path, found, 'file')
  if (!isOpenToOthers(found.mode))
    return 'private'
  chmodSync(path, privateFileMode)
  return 'tightened'
}

/**
 * Opens an existing file and does not follow a link to it.
 *
 * @param flags of `node:fs` constants, such as `O_RDONLY`
 * @throws {Error} what `node:fs` throws, or a sentence for people if the file is not their own
 */
export function openOwnFile(path: string, flags: number): number {
  // Checked before opening, because this message is clearer than ELOOP, and again afterwards,
  // because only an open descriptor is certain to stay the same file.
  checkOwn(path, lstatSync(path), 'file')
  const file = openSync(path, flags | noFollow | noWaiting)
  try {
    checkOwn(path, fstatSync(file), 'file')
    return file
  }
  catch (error) {
    closeSync(file)
    throw error
  }
}

/**
 * Returns the whole content of a file that is accessible only to its owner: others may not even
 * read it.
 *
 * @throws {Error} what `node:fs` throws, or a sentence for people if the file is not their own
 */
export function readPrivateFile(path: string): Buffer {
  const file = openOwnFile(path, constants.O_RDONLY)
  try {
    if (isOpenToOthers(fstatSync(file).mode))
      throw openToOthers(path, 'read')
    return readFileSync(file)
  }
  finally {
    closeSync(file)
  }
}

/** Makes sure that what was created, renamed or removed in a folder is on the disk. */
export function syncFolder(path: string): void {
  // Windows cannot open folders, and its renames are journaled.
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
