import type { Readable, Writable } from 'node:stream'
import { readFileSync } from 'node:fs'
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
  readFile: (path: string) => Buffer
  /** Opens a file with the program that the system has for it. Throws Error where that cannot be started. */
  openFile: (path: string) => Promise<void>
}

export function createProcessIo(): Io {
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
    openFile: path => openFile(platform, path),
  }
}
