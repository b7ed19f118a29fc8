import type { Stats } from 'node:fs'

/**
 * Throws an Error with a sentence for people unless what was found is the person's own: no link, of
 * the right kind, of their user id. Of a folder that is all, for it can be closed to others and
 * each file in it is looked at by itself. A file must also have one name alone, because through a
 * hard link something elsewhere would be written, and must never have been open for others to
 * write, because what is in it may be theirs.
 *
 * @param found what `lstat` or `fstat` says, never `stat`, which follows links
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

/** What to say about a file that is not its owner's alone. */
export function openToOthers(path: string, how: 'read' | 'written'): Error {
  return new Error(`${path} can be ${how} by other users; move it away, or chmod 600 it if you know what is in it`)
}

/**
 * Throws an Error where something belongs to another user than the one that this process acts for.
 * Windows has no user ids.
 */
export function checkOwner(path: string, { uid }: Stats): void {
  const own = process.geteuid?.()
  if (own !== undefined && uid !== own)
    throw new Error(`${path} belongs to another user (id ${uid}, this is ${own}); move it away, or use another folder`)
}

/**
 * Whether group or others have any access. Windows has no such bits: there the folder's own access
 * list decides.
 */
export function isOpenToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}
