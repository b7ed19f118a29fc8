import type { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { constants, lstat, open, opendir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { limits } from '@shared/limits'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'

/** Windows has no such flags, and needs a right to make links. */
const noLink = constants.O_NOFOLLOW ?? 0
const noWait = constants.O_NONBLOCK ?? 0

/** Files that Larder is writing begin so; no key has such a file. */
const unfinished = '.larder-'

/** A folder whose files are values. All names are those of files directly in it. */
export interface ValueFolder {
  read: (name: string, signal: AbortSignal) => Promise<Buffer | undefined>
  /** Resolves to whether there was one. */
  write: (name: string, value: Buffer, signal: AbortSignal) => Promise<boolean>
  /** Resolves to whether there was one. */
  remove: (name: string) => Promise<boolean>
  names: (signal: AbortSignal) => AsyncIterable<string>
}

/** Whether a folder is the data folder or lies in it. */
export function isWithin(home: string, folder: string): boolean {
  const way = relative(real(home), real(folder))
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
}

/** The path without links, as far as it is there. */
function real(path: string): string {
  try {
    return realpathSync(path)
  }
  catch {
    const parent = dirname(path)
    return parent === path ? path : join(real(parent), basename(path))
  }
}

/**
 * Opens a folder. Throws SourceError if it is none, is a link, or belongs to Larder itself.
 */
export async function openFolder(path: string, home: string): Promise<ValueFolder> {
  const found = await lstat(path).catch((error: unknown) => {
    const sentence = hasCode(error, 'ENOENT') ? 'There is no such folder.' : sentenceOf(error)
    throw new SourceError('unreachable', sentence, { cause: error })
  })
  if (found.isSymbolicLink())
    throw new SourceError('unreachable', 'The folder is a link, and Larder follows none.')
  if (!found.isDirectory())
    throw new SourceError('unreachable', 'This is a file; give the folder that it is in.')
  const whole = await realpath(path)
  if (isWithin(home, whole))
    throw new SourceError('unreachable', dataFolderSentence)

  /** The path of a file, in the folder that was there when it was opened. */
  async function pathOf(name: string): Promise<string> {
    const now = await lstat(whole).catch(() => undefined)
    if (!now?.isDirectory() || now.ino !== found.ino || now.dev !== found.dev)
      throw new SourceError('unreachable', 'The folder is not the one any more that was there.')
    return join(whole, name)
  }

  async function openRegular(path: string): Promise<{ file: FileHandle, bytes: number } | undefined> {
    const file = await open(path, constants.O_RDONLY | noLink | noWait).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT'))
        return undefined
      throw hasCode(error, 'ELOOP', 'EMLINK')
        ? new SourceError('refused', 'The file is a link, and Larder follows none.')
        : new SourceError('refused', sentenceOf(error), { cause: error })
    })
    if (!file)
      return undefined
    const stat = await file.stat()
    // A name that differs only in case is another key, but the same file on some systems.
    const isIt = stat.isFile() && (noLink !== 0 || !(await lstat(path)).isSymbolicLink())
    if (isIt && basename(await realpath(path)) === basename(path))
      return { file, bytes: stat.size }
    await file.close()
    return undefined
  }

  return {
    async read(name, signal) {
      const opened = await openRegular(await pathOf(name))
      if (!opened)
        return undefined
      try {
        if (opened.bytes > limits.valueMax)
          throw new SourceError('refused', 'The value is larger than Larder keeps.')
        return await orAborted(opened.file.readFile({ signal }), signal)
      }
      finally {
        await opened.file.close()
      }
    },
    async write(name, value, signal) {
      const path = await pathOf(name)
      const temporary = join(whole, `${unfinished}${randomBytes(8).toString('hex')}`)
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noLink
      try {
        const file = await open(temporary, flags, 0o600)
        try {
          await file.writeFile(value, { signal })
          await file.sync()
        }
        finally {
          await file.close()
        }
        const before = await lstat(path).catch(() => undefined)
        // Replaces a link as well, and never writes through it.
        await rename(temporary, path)
        return before?.isFile() === true
      }
      catch (error) {
        await rm(temporary, { force: true })
        throw new SourceError(signal.aborted ? 'lost' : 'refused', sentenceOf(error), { cause: error })
      }
    },
    async remove(name) {
      const path = await pathOf(name)
      const opened = await openRegular(path)
      await opened?.file.close()
      if (opened)
        await rm(path, { force: true })
      return opened !== undefined
    },
    async* names(signal) {
      await pathOf('')
      for await (const entry of await opendir(whole)) {
        if (signal.aborted)
          throw new SourceError('lost', 'The answer did not come in time.')
        if (entry.isFile() && !entry.name.startsWith(unfinished))
          yield entry.name
      }
    },
  }
}

export const dataFolderSentence = 'This is Larder\'s own data folder, or lies in it.'

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** Node's own messages name paths, which only administrators may see. */
function sentenceOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'Larder may not do this in the folder.'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk of the folder is full.'
    case 'EROFS':
      return 'The folder is on a disk that takes no writes.'
    case 'EISDIR':
    case 'ENOTDIR':
      return 'A folder has the name of this key.'
    case 'ABORT_ERR':
      return 'The answer did not come in time.'
    default:
      return `The file cannot be used${code === '' ? '' : `: ${code}`}.`
  }
}
