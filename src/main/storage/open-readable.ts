import type { ReadableFile } from '../base/readable-file'
import { Buffer } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, read } from 'node:fs'
import { promisify } from 'node:util'

const readInto = promisify(read)
// `open` would wait for a pipe that nobody writes to. Windows has no such flag.
const { O_RDONLY: forReading, O_NONBLOCK: noWaiting = 0 } = constants

/** An open file; `close` never while a read is under way. */
export function readableOf(file: number): ReadableFile & { close: () => void } {
  return {
    bytes: fstatSync(file).size,
    async read(from, length) {
      const data = Buffer.allocUnsafe(length)
      const { bytesRead } = await readInto(file, data, 0, length, from)
      return data.subarray(0, bytesRead)
    },
    close: () => closeSync(file),
  }
}

/**
 * Opens a file that a person has named, wherever it is: a link is followed, as those are that an
 * orchestrator mounts. Throws what `node:fs` throws, and an Error for anything but a file.
 */
export function openNamedFile(path: string): ReturnType<typeof readableOf> {
  const file = openSync(path, forReading | noWaiting)
  try {
    if (!fstatSync(file).isFile())
      throw new Error(fstatSync(file).isDirectory() ? 'it is a folder' : 'it is not a file')
    return readableOf(file)
  }
  catch (error) {
    closeSync(file)
    throw error
  }
}
