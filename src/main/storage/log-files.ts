import type { LogSource } from '@shared/server-log'
import type { Stats } from 'node:fs'
import { close, constants, fstatSync, lstatSync, read } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openOwnFile } from './private-files'

/** Folder of the log in the data folder. */
export const logFolder = 'logs'
/** The file of each writer, without its ending. */
export const logStems: Readonly<Record<LogSource, string>> = { server: 'larder', desktop: 'desktop' }

/** Paths of a writer's files, the newest first. */
export function logPaths(home: string, stem: string): [now: string, previous: string, oldest: string] {
  const at = (age: string): string => join(home, logFolder, `${stem}${age}.log`)
  return [at(''), at('.1'), at('.2')]
}

/** An open file of the log. Its name may go to the next file while it is open. */
export interface LogFile {
  readonly id: string
  /** Bytes now. */
  size: () => number
  read: (start: number, end: number) => Promise<Buffer>
  close: () => Promise<void>
}

/** Undefined if there is none. Throws an Error with a sentence if it is not the person's own. */
export function openLogFile(path: string): LogFile | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false }))
    return undefined
  const file = openOwnFile(path, constants.O_RDONLY)
  return {
    id: identify(fstatSync(file)),
    size: () => fstatSync(file).size,
    async read(start, end) {
      const bytes = Buffer.alloc(Math.max(0, end - start))
      const { bytesRead } = await readAsync(file, bytes, 0, bytes.length, start)
      return bytes.subarray(0, bytesRead)
    },
    close: () => closeAsync(file),
  }
}

/** Which file has this name now; undefined if there is none. */
export function logFileAt(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found && identify(found)
}

/**
 * The files of a writer, the newest first. While they are opened they may move on by a place: then
 * one of them is found twice and taken once.
 */
export function openLogFiles(home: string, stem: string): LogFile[] {
  const files = logPaths(home, stem).flatMap(path => openLogFile(path) ?? [])
  return files.filter(({ id, close }, at) => {
    const again = files.findIndex(other => other.id === id) < at
    if (again)
      void close()
    return !again
  })
}

const readAsync = promisify(read)
const closeAsync = promisify(close)

function identify({ dev, ino }: Stats): string {
  return `${dev}:${ino}`
}
