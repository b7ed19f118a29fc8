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

// Windows has neither: there opening a link needs a privilege to have made it, and the folder's
// access list decides.
const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: noWaiting = 0 } = constants

/**
 * Replaces a file so that a reader, and the next start after a power cut, finds the old content or
 * the new, never a part of it: the data is synced under a temporary name first, because a rename
 * may reach the disk before the data does. The folder is synced last, because the rename is a
 * change of the folder. No link is followed: one that has the name is replaced itself. Throws what
 * `node:fs` throws; then the old file is untouched and the temporary one gone.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode = privateFileMode): void {
  replaceFile(path, (_, file) => writeFileSync(file, data), mode)
}

/**
 * As `writeFileAtomic`. `write` fills the empty file that it is given by path and descriptor.
 * Throws what `write` throws, too.
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
      // The umask may have taken bits away from what `open` was asked for.
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
 * Makes sure that a file is there and is its owner's alone, whatever the umask. Never opens a file
 * that exists: POSIX drops all locks of a process on a file when it closes any descriptor of it,
 * and SQLite's locks are such locks. Throws an Error where something is in the way that is not the
 * person's own file.
 */
export function ensurePrivateFile(path: string): void {
  if (tightenFile(path) === 'missing')
    closeSync(openSync(path, 'wx', privateFileMode))
}

/**
 * The same for a database of SQLite, which opens its file and those beside it by their names and
 * follows links: what is there is looked at first. Nobody else can change it afterwards, since the
 * data folder is closed before anything in it is opened.
 */
export function ensurePrivateDatabase(path: string): void {
  ensurePrivateFile(path)
  // SQLite gives new ones the mode of the database; these may be left from a copy or a crash.
  for (const beside of ['-journal', '-wal', '-shm'])
    tightenFile(`${path}${beside}`)
}

/**
 * Makes sure that a folder is there and is its owner's alone. Throws an Error where something else
 * is in the way.
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
 * Takes a file's access away from everybody but its owner. `missing` when there is no such file;
 * throws an Error where it is not the person's own file.
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
 * Opens a file that is there, and follows no link to it.
 *
 * @param flags of `node:fs` constants, such as `O_RDONLY`
 * @throws {Error} what `node:fs` throws, and a sentence where the file is not the person's own
 */
export function openOwnFile(path: string, flags: number): number {
  // Looked at before, for its sentence is clearer than ELOOP; and afterwards, for only the
  // descriptor cannot change.
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
 * Whole content of a file that is its owner's alone: others may not even read it.
 *
 * @throws {Error} what `node:fs` throws, and a sentence where the file is not the person's own
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
