import type { ImportFormat, ImportInfo } from '@shared/imports'
import type { Disposable } from '../base/disposable'
import type { ExportFile, ExportFiles } from '../base/export-files'
import type { ReadableFile } from '../base/readable-file'
import type { Timer } from '../base/timer'
import { Buffer } from 'node:buffer'
import { invalidField, LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { randomId } from '../base/ids'

/** Files of users that are being sent in parts, until they are imported. Forgotten at a stop. */
export interface Uploads extends Disposable {
  /** Rejects with LarderError `quota-reached`, `storage-full`. */
  begin: (userId: string, format: ImportFormat, cache: string | null) => Promise<ImportInfo>
  /**
   * Rejects with LarderError `import-not-found`, `invalid-input` (field at, id), `too-large`,
   * `storage-full`.
   */
  write: (userId: string, id: string, at: number, part: string | Buffer) => Promise<ImportInfo>
  /**
   * The whole file, which stays as long as it is used. Throws LarderError `import-not-found`, and
   * `invalid-input` while a part is still on its way.
   */
  use: (userId: string, id: string) => UsedUpload
  /** Removes all that a user has sent. */
  drop: (userId: string) => void
}

interface UsedUpload extends Pick<ImportInfo, 'format' | 'cache'> {
  file: ReadableFile
  /** @param done the file is not needed any more */
  end: (done: boolean) => void
}

interface Upload extends Pick<ImportInfo, 'id' | 'format' | 'cache'> {
  userId: string
  file: ExportFile
  isWriting: boolean
  users: number
  rest: Disposable
}

export function createUploads({ files, timer }: { files: ExportFiles, timer: Timer }): Uploads {
  /** In the order in which something was done with them last. */
  const uploads = new Map<string, Upload>()

  function find(userId: string, id: string): Upload {
    const upload = uploads.get(id)
    if (upload?.userId !== userId)
      throw new LarderError('import-not-found', 'There is no import with this id. A file goes after an hour of rest.')
    return upload
  }

  function forget(upload: Upload): void {
    upload.rest.dispose()
    upload.file.remove()
    uploads.delete(upload.id)
  }

  /** Its hour of rest begins anew. */
  function touch(upload: Upload): void {
    upload.rest.dispose()
    upload.rest = timer.after(limits.importRest * 1000, () => upload.users > 0 ? touch(upload) : forget(upload))
    uploads.delete(upload.id)
    uploads.set(upload.id, upload)
  }

  /** Files that are being made, by user. */
  const begun = new Map<string, number>()

  function count(userId: string, by: number): void {
    begun.set(userId, (begun.get(userId) ?? 0) + by)
    if (begun.get(userId) === 0)
      begun.delete(userId)
  }

  /** Lets the one go that has rested longest where there is no room for another one. */
  function makeRoom(userId: string): void {
    const mine = [...uploads.values()].filter(upload => upload.userId === userId)
    if (mine.length + (begun.get(userId) ?? 0) < limits.imports)
      return
    const idle = mine.find(({ users, isWriting }) => users === 0 && !isWriting)
    if (idle === undefined)
      throw new LarderError('quota-reached', `At most ${limits.imports} files are imported at the same time.`)
    forget(idle)
  }

  return {
    async begin(userId, format, cache) {
      makeRoom(userId)
      count(userId, 1)
      const file = await files.create().finally(() => count(userId, -1))
      const upload: Upload = {
        id: randomId(),
        userId,
        format,
        cache,
        file,
        isWriting: false,
        users: 0,
        rest: { dispose() {} },
      }
      touch(upload)
      return describe(upload)
    },
    async write(userId, id, at, part) {
      const upload = find(userId, id)
      const { file } = upload
      if (upload.isWriting)
        throw invalidField('at', 'another part of this file is still on its way')
      if (upload.users > 0)
        throw invalidField('id', 'must not be the id of an import that runs')
      if (at !== file.bytes)
        throw invalidField('at', `must be ${file.bytes}, where the file ends so far`)
      const length = typeof part === 'string' ? Buffer.byteLength(part) : part.length
      if (file.bytes + length > limits.importFile)
        throw new LarderError('too-large', `A file may have at most ${grouped(limits.importFile)} bytes.`)
      upload.isWriting = true
      try {
        await file.write(part)
      }
      finally {
        upload.isWriting = false
      }
      touch(upload)
      return describe(upload)
    },
    use(userId, id) {
      const upload = find(userId, id)
      const { format, cache, file } = upload
      if (upload.isWriting)
        throw invalidField('id', 'a part of this file is still on its way')
      upload.users++
      return {
        format,
        cache,
        file,
        end(done) {
          upload.users--
          if (done && upload.users === 0)
            forget(upload)
        },
      }
    },
    drop(userId) {
      for (const upload of uploads.values()) {
        if (upload.userId === userId)
          forget(upload)
      }
    },
    dispose: () => uploads.forEach(forget),
  }
}

function describe({ id, format, cache, file }: Upload): ImportInfo {
  return { id, format, cache, bytes: file.bytes }
}
