import type { z } from 'zod'
import type { Logger } from '../base/logger'
import { messageOf } from '@shared/errors'

export interface JsonFile<T> {
  /** What the file holds; undefined where there is none, or nothing that could be meant. */
  read: () => T | undefined
  /** Never throws: what the window remembers is not worth a failure. */
  write: (value: T) => void
}

/** How files of the data folder are reached. */
export interface HomeFiles {
  /** Whole content, without following a link. Throws where others can reach the file. */
  read: (path: string) => Buffer
  /** Replaces a file wholly or not at all. */
  replace: (path: string, text: string) => void
}

interface JsonFileServices { files: HomeFiles, logger: Logger }

/**
 * A small file of the data folder. People may edit it, and older versions may have written it: it
 * is checked whenever it is read.
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
