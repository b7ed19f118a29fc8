import type { Logger } from '../base/logger'
import type { ReadableFile } from '../base/readable-file'
import { messageOf } from '@shared/errors'
import { fileReason } from '../base/file-reason'
import { openNamedFile } from './open-readable'

/**
 * Loads the file that a start is to begin with, if there is one. Throws an Error with a sentence
 * for people that names it, and the line that is wrong.
 */
export async function seedFrom(
  path: string | null,
  load: (file: ReadableFile) => Promise<void>,
  logger: Logger,
): Promise<void> {
  if (path === null)
    return
  const file = open(path)
  try {
    await load(file)
    logger.info('the seed is loaded', { path })
  }
  catch (error) {
    throw new Error(`The seed ${path} cannot be loaded. ${messageOf(error)}`, { cause: error })
  }
  finally {
    file.close()
  }
}

function open(path: string): ReturnType<typeof openNamedFile> {
  try {
    return openNamedFile(path)
  }
  catch (error) {
    throw new Error(`The seed ${path} cannot be read: ${fileReason(error)}.`, { cause: error })
  }
}
