import type { LogSource } from '@shared/server-log'
import type { Disposable } from '../base/disposable'
import { closeSync, constants, fstatSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import { logFolder, logPaths, logStems } from './log-files'
import { ensurePrivateFile, ensurePrivateFolder, openOwnFile, tightenFile } from './private-files'

interface FileLogOptions {
  /** Absolute data folder. */
  home: string
  /** Who writes: each writer has files of its own. @default 'server' */
  source?: LogSource
  /** Size in bytes at which the log file is rotated. @default 10 MB */
  rotateAt?: number
  /** Receives a line that cannot be written. @default standard error */
  onFailure?: (line: string, reason: string) => void
}

interface FileLog extends Disposable {
  readonly file: string
  /**
   * Appends one line. Never throws: a full disk must not stop the server, so the line goes to
   * `onFailure`.
   */
  write: (line: string) => void
}

/**
 * The log `logs/larder.log`; the previous two files are kept as `larder.1.log` and `larder.2.log`.
 * Throws what `node:fs` throws if the log cannot be opened at all, and an Error with a sentence if
 * the folder or the files are not the person's own.
 */
export function createFileLog(options: FileLogOptions): FileLog {
  const { home, source = 'server', rotateAt = 10_000_000, onFailure = toStandardError } = options
  ensurePrivateFolder(join(home, logFolder))
  const [file, previous, oldest] = logPaths(home, logStems[source])
  let descriptor: number | null = null
  let size = 0

  function open(): number {
    ensurePrivateFile(file)
    const opened = openOwnFile(file, constants.O_WRONLY | constants.O_APPEND)
    size = fstatSync(opened).size
    return opened
  }

  function close(): void {
    if (descriptor !== null)
      closeSync(descriptor)
    descriptor = null
  }

  function rotate(): void {
    close()
    if (tightenFile(previous) !== 'missing')
      renameSync(previous, oldest)
    renameSync(file, previous)
  }

  for (const kept of [previous, oldest])
    tightenFile(kept)
  descriptor = open()
  return {
    file,
    write(line) {
      const bytes = Buffer.from(`${line}\n`)
      try {
        if (size > 0 && size + bytes.length > rotateAt)
          rotate()
        descriptor ??= open()
        size += writeSync(descriptor, bytes)
      }
      catch (error) {
        onFailure(line, messageOf(error))
      }
    },
    dispose: close,
  }
}

function toStandardError(line: string, reason: string): void {
  process.stderr.write(`${line}\n(the log file cannot be written: ${reason})\n`)
}
