import type { Disposable } from '../base/disposable'
import type { ExportFile, ExportFiles } from '../base/export-files'
import type { Logger } from '../base/logger'
import { Buffer } from 'node:buffer'
import { rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import { exportFolder } from '../base/export-files'
import { randomId } from '../base/ids'
import { translateDiskFault } from './disk-faults'
import { makeFolders } from './make-folders'
import { privateFileMode, privateFolderMode } from './private-files'

/**
 * Creates the files of exports of this run, in a folder of their own. Those of an earlier run are
 * removed, because nobody knows of them any more.
 */
export function createExportFiles({ home, logger }: { home: string, logger: Logger }): ExportFiles & Disposable {
  const folder = join(home, exportFolder)

  function failed(path: string, error: unknown): void {
    logger.warn('an exported file could not be removed', { path, reason: messageOf(error) })
  }

  function remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true })
    }
    catch (error) {
      failed(path, error)
    }
  }

  /** Runs what may meet a full disk. */
  async function onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    }
    catch (error) {
      throw translateDiskFault(error, home)
    }
  }

  remove(folder)
  return {
    create: () => onDisk(async () => {
      makeFolders(folder, privateFolderMode)
      const path = join(folder, `${randomId()}.jsonl`)
      // Stays open until it is removed, so that the name leads nowhere else in between.
      const file = await open(path, 'wx+', privateFileMode)
      let bytes = 0
      return {
        get bytes() {
          return bytes
        },
        write: added => onDisk(async () => {
          const data = typeof added === 'string' ? Buffer.from(added) : added
          // At its place: what a full disk took of an attempt that failed is written over.
          for (let done = 0; done < data.length;)
            done += (await file.write(data, done, data.length - done, bytes + done)).bytesWritten
          bytes += data.length
        }),
        async read(from, length) {
          const data = Buffer.allocUnsafe(Math.max(0, Math.min(length, bytes - from)))
          const { bytesRead } = await file.read(data, 0, data.length, from)
          return data.subarray(0, bytesRead)
        },
        remove() {
          remove(path)
          file.close().catch((error: unknown) => failed(path, error))
        },
      } satisfies ExportFile
    }),
    dispose: () => remove(folder),
  }
}
