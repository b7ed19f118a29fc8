import type { Stats } from 'node:fs'

/**
 * Throws an Error with a sentence for people unless the file or folder is the person's own: not a
 * link, of the right kind, and with their user id. For a folder this is enough, because it can be
 * closed to others and each file in it is checked separately. A file must also have only one name,
 * because writing through a hard link would change something elsewhere. And it must not be writable
 * for others, because they may have written its contents.
 *
 * @param found the result of `lstat` or `fstat`, never of `stat`, which follows links
 */
export function checkOwn(path: string, found: Stats, kind: 'file' | 'folder'): void {
  if (found.isSymbolicLink())
    throw new Error(`${path} is a link, and Larder follows none in its data folder; put the ${kind} itself there`)
  if (kind === 'file' ? !found.isFile() : !found.isDirectory())
    throw new Error(`${path} is not a ${kind}; move it away`)
  checkOwner(path, found)
  if (kind === 'folder' || process.platform === 'win32')
    return
  if (found.nlink > 1)
    throw new Error(`${path} has another name elsewhere (a hard link); put a copy in its place, or move it away`)
  if ((found.mode & 0o022) !== 0)
    throw openToOthers(path, 'written')
}

/** The error for a file that others can access. */
export function openToOthers(path: string, how: 'read' | 'written'): Error {
  return new Error(`${path} can be ${how} by other users; move it away, or chmod 600 it if you know what is in it`)
}

/**
 * Throws an Error if something belongs to another user than the one this process runs as. Windows
 * has no user ids.
 */
export function checkOwner(path: string, { uid }: Stats): void {
  const own = process.geteuid?.()
  if (own !== undefined && uid !== own)
    throw new Error(`${path} belongs to another user (id ${uid}, this is ${own}); move it away, or use another folder`)
}

/**
 * Whether group or others have any access. Windows has no such bits; there the folder's access list
 * decides.
 */
export function isOpenToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}
