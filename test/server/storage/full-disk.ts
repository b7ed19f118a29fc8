import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { vi } from 'vitest'
import { messageOf } from '../../../src/shared/errors'

/** A place for a data folder whose disk can be filled. */
export interface Disk {
  folder: string
  fill: () => void
  free: () => void
  remove: () => void
}

/** A file system of 4 MB; a sentence where this machine does not let the tests mount one. */
export function mountSmallDisk(): Disk | string {
  const folder = mkdtempSync(join(tmpdir(), 'larder-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' })
  }
  catch (error) {
    rmSync(folder, { recursive: true })
    return `no file system can be mounted here: ${messageOf(error).trim()}`
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const file = openSync(filler, 'w')
      try {
        for (;;)
          writeSync(file, Buffer.alloc(4096))
      }
      catch (error) {
        if (!messageOf(error).startsWith('ENOSPC'))
          throw error
      }
      finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync('umount', [folder])
      rmSync(folder, { recursive: true })
    },
  }
}

/** An ordinary folder. While it is full, SQLite reports that at each commit of this process. */
export function pretendSmallDisk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'larder-disk-'))
  let full = false
  const { transaction } = Sqlite.prototype
  const spy = vi.spyOn(Sqlite.prototype, 'transaction').mockImplementation(function (this: Sqlite.Database, work) {
    return transaction.call(this, (...given: unknown[]) => {
      const result: unknown = work(...given)
      if (full)
        throw new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL')
      return result
    })
  })
  return {
    folder,
    fill() {
      full = true
    },
    free() {
      full = false
    },
    remove() {
      spy.mockRestore()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
