import type { Logger } from '../base/logger'
import type { NewSnapshot, SnapshotFiles, StoredSnapshot } from '../base/snapshot-files'
import { Buffer } from 'node:buffer'
import { constants, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { LarderError, messageOf } from '@shared/errors'
import { SnapshotName } from '@shared/snapshots'
import { randomId } from '../base/ids'
import { snapshotFolder } from '../base/snapshot-files'
import { translateDiskFault } from './disk-faults'
import { readableOf } from './open-readable'
import { ensurePrivateFolder, openOwnFile, privateFileMode, syncFolder } from './private-files'

const ending = '.ndjson'
/** What was not finished; no name of a snapshot ends like this. */
const temporary = '.tmp'

/**
 * The snapshots below a data folder: a folder for each user, with a file for each snapshot. What an
 * earlier run has left unfinished is removed.
 */
export function createSnapshotFiles({ home, logger }: { home: string, logger: Logger }): SnapshotFiles {
  const all = join(home, snapshotFolder)

  function folderOf(userId: string): string {
    if (!/^[A-Za-z0-9]+$/.test(userId))
      throw new Error('The id of a user must be letters and digits')
    return join(all, userId)
  }

  /** Removes without following a link. */
  function remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true })
    }
    catch (error) {
      logger.warn('a snapshot could not be removed', { path, reason: messageOf(error) })
    }
  }

  function namesIn(folder: string): string[] {
    // A link in its place leads elsewhere.
    return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : []
  }

  function list(userId: string): StoredSnapshot[] {
    const folder = folderOf(userId)
    return namesIn(folder).flatMap((file) => {
      const name = file.endsWith(ending) ? file.slice(0, -ending.length) : ''
      const found = lstatSync(join(folder, file), { throwIfNoEntry: false })
      return SnapshotName.safeParse(name).success && found?.isFile()
        ? [{ name, bytes: found.size, savedAt: Math.trunc(found.mtimeMs) }]
        : []
    }).sort((a, b) => b.savedAt - a.savedAt || (a.name < b.name ? -1 : 1))
  }

  /** Throws unless the folder has a file of just this name; file systems may take others alike. */
  function pathOf(userId: string, name: string): string {
    if (!list(userId).some(snapshot => snapshot.name === name))
      throw new LarderError('snapshot-not-found', `There is no snapshot ${name}.`)
    return join(folderOf(userId), name + ending)
  }

  function onDisk<T>(work: () => T): T {
    try {
      return work()
    }
    catch (error) {
      throw translateDiskFault(error, home)
    }
  }

  for (const user of namesIn(all)) {
    for (const file of namesIn(join(all, user))) {
      if (file.endsWith(temporary))
        remove(join(all, user, file))
    }
  }

  return {
    list,
    open(userId, name) {
      const path = pathOf(userId, name)
      try {
        return readableOf(openOwnFile(path, constants.O_RDONLY))
      }
      catch (error) {
        throw new LarderError('bad-file', 'The file of this snapshot cannot be read safely.', {
          cause: error,
          forAdministrators: messageOf(error),
        })
      }
    },
    async create(userId) {
      try {
        ensurePrivateFolder(all)
        ensurePrivateFolder(folderOf(userId))
        return await createFile(folderOf(userId))
      }
      catch (error) {
        const known = translateDiskFault(error, home)
        throw known instanceof LarderError ? known : unusable(error)
      }
    },
    remove(userId, name) {
      const path = pathOf(userId, name)
      onDisk(() => rmSync(path))
    },
    drop: userId => remove(folderOf(userId)),
  }

  async function createFile(folder: string): Promise<NewSnapshot> {
    const path = join(folder, randomId() + temporary)
    const file = await open(path, 'wx', privateFileMode)
    let bytes = 0
    let isOpen = true
    async function end(): Promise<void> {
      isOpen = false
      await file.close()
    }
    return {
      get bytes() {
        return bytes
      },
      async write(text) {
        const data = Buffer.from(text)
        try {
          await file.appendFile(data)
        }
        catch (error) {
          throw translateDiskFault(error, home)
        }
        bytes += data.length
      },
      async keep(name) {
        try {
          // A rename may reach the disk before the data does.
          await file.sync()
          await end()
          renameSync(path, join(folder, name + ending))
          syncFolder(folder)
        }
        catch (error) {
          throw translateDiskFault(error, home)
        }
      },
      remove() {
        remove(path)
        if (isOpen)
          end().catch((error: unknown) => logger.warn('a file could not be closed', { path, reason: messageOf(error) }))
      },
    }
  }
}

/** Something else is in the place of the folder. Only administrators are told what and where. */
function unusable(error: unknown): LarderError {
  return new LarderError('storage-full', 'The folder for snapshots cannot be used, so nothing was changed.', {
    cause: error,
    forAdministrators: `${messageOf(error)}.`,
  })
}
