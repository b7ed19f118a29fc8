import type { Readable, Writable } from 'node:stream'
import { closeSync, constants, createReadStream, fstatSync, openSync, readFileSync } from 'node:fs'
import { homedir, totalmem } from 'node:os'
import process from 'node:process'
import { usableMemory } from '../base/machine-memory'
import { openFile } from './open-file'

/** Everything in its process that the command line uses. */
export interface Io {
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & { isTTY?: boolean }
  stderr: Writable & { isTTY?: boolean }
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  platform: NodeJS.Platform
  /** The user's home folder. */
  userFolder: string
  /** Bytes, which no memory budget may exceed. */
  machineMemory: number
  /** Whole content of a file that the person has named. Throws as node:fs does. */
  readFile: (path: string) => Buffer
  /** A file that the person has named, in parts. Rejects as node:fs does. */
  readParts: (path: string) => AsyncIterable<Buffer>
  /**
   * Whole content of a file that nobody has named: at most 1 MB, and no device or pipe, which might
   * never end. Throws as node:fs does.
   */
  readSmallFile: (path: string) => Buffer
  /**
   * Whole content of a file that only the person can have written, without following a link. Throws
   * as node:fs does.
   */
  readPrivateFile: (path: string) => Buffer
  /** Replaces a file of the data folder, creating the folder if it is missing. Throws an Error. */
  writePrivateFile: (path: string, text: string) => void
  /**
   * Opens a file with the system's program for it. Throws Error if the program cannot be started.
   */
  openFile: (path: string) => Promise<void>
  /**
   * Aborts at the first SIGINT or SIGTERM. From the call on, these no longer end the process by
   * themselves.
   */
  stopSignal: () => AbortSignal
}

/** @param files access to files of the data folder */
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
    machineMemory: usableMemory(totalmem(), process.constrainedMemory()),
    readFile: path => readFileSync(path),
    readParts: path => createReadStream(path, { highWaterMark: partBytes }),
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

/** Bytes that are read at once, of what is sent on. */
const partBytes = 512 * 1024
const smallFile = 1_000_000

function readSmallFile(path: string): Buffer {
  // `open` would wait for a pipe that nobody writes to. Windows has no such flag, and no pipes in
  // folders.
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
