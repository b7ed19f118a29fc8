import type { z } from 'zod'
import type { Logger } from '../base/logger'
import { messageOf } from '@shared/errors'

export interface JsonFile<T> {
  /** The content of the file; undefined if there is none, or none that is valid. */
  read: () => T | undefined
  /** Never throws, because what the window remembers is not worth a failure. */
  write: (value: T) => void
}

/** Access to files of the data folder. */
export interface HomeFiles {
  /** Whole content, without following a link. Throws if others can reach the file. */
  read: (path: string) => Buffer
  /** Replaces a file completely or not at all. */
  replace: (path: string, text: string) => void
}

interface JsonFileServices { files: HomeFiles, logger: Logger }

/**
 * A small file of the data folder. Checked on every read, because people may have edited it and
 * older versions may have written it.
 */
export function createJsonFile<S extends z.ZodType>(
  path: string,
  schema: S,
  { files, logger }: JsonFileServices,
): JsonFile<z.output<S>> {
  return {
    read() {
      try {
        return schema.parse(JSON.parse(files.read(path).toString('utf8')))
      }
      catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
          logger.warn('a file of the window is not used', { path, error: messageOf(error) })
        return undefined
      }
    },
    write(value) {
      try {
        files.replace(path, `${JSON.stringify(value)}\n`)
      }
      catch (error) {
        logger.warn('a file of the window cannot be written', { path, error: messageOf(error) })
      }
    },
  }
}
