import type { Readable, Writable } from 'node:stream'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import process from 'node:process'
import { openFile } from './open-file'

/** Everything that the command line touches of its process. */
export interface Io {
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & { isTTY?: boolean }
  stderr: Writable & { isTTY?: boolean }
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  platform: NodeJS.Platform
  /** The user's own folder. */
  userFolder: string
  /** Whole content of what the person has named. Throws as node:fs does. */
  readFile: (path: string) => Buffer
  /**
   * Whole content of a file that nobody has named: no device or pipe, which might never end, and at
   * most 1 MB. Throws as node:fs does.
   */
  readSmallFile: (path: string) => Buffer
  /**
   * Whole content of a file that only the person can have written, without following a link. Throws
   * as node:fs does.
   */
  readPrivateFile: (path: string) => Buffer
  /** Replaces a file of the data folder, which is made where it is missing. Throws an Error. */
  writePrivateFile: (path: string, text: string) => void
  /**
   * Opens a file with the program that the system has for it. Throws Error where that cannot be
   * started.
   */
  openFile: (path: string) => Promise<void>
  /**
   * Aborts at the first SIGINT or SIGTERM. From the call on, these no longer end the process by
   * themselves.
   */
  stopSignal: () => AbortSignal
}

/** @param files how files of the data folder are reached */
export function createProcessIo(files: Pick<Io, 'readPrivateFile' | 'writePrivateFile'>): Io {
  const { stdin, stdout, stderr, env, platform } = process
  return {
    stdin,
    stdout,
    stderr,
    env,
    platform,
    cwd: process.cwd(),
    userFolder: homedir(),
    readFile: path => readFileSync(path),
    readSmallFile,
    openFile: path => openFile(platform, path),
    stopSignal,
    ...files,
  }
}

function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort())
  return stop.signal
}

const smallFile = 1_000_000

function readSmallFile(path: string): Buffer {
  // A pipe that nobody writes to would hold `open` up. Windows has no such flag, and no such files
  // in folders.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = fstatSync(file)
    if (!found.isFile() && !found.isDirectory())
      throw new Error('it is not a file')
    if (found.size > smallFile)
      throw new Error(`it is larger than ${smallFile} bytes`)
    return readFileSync(file)
  }
  finally {
    closeSync(file)
  }
}
