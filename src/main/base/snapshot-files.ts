import type { ReadableFile } from './readable-file'

/** Port to the files of snapshots, each of one user. No name leads out of the user's own folder. */
export interface SnapshotFiles {
  /** The newest first; by name those of the same moment. */
  list: (userId: string) => StoredSnapshot[]
  /** Throws LarderError `snapshot-not-found`, and `bad-file` if the file may be somebody else's. */
  open: (userId: string, name: string) => OpenSnapshot
  /**
   * A file without a name yet, which nobody sees until it is kept. Rejects with LarderError
   * `storage-full`.
   */
  create: (userId: string) => Promise<NewSnapshot>
  /** Throws LarderError `snapshot-not-found`, `storage-full`. */
  remove: (userId: string, name: string) => void
  /** Removes all that a user has. Never throws. */
  drop: (userId: string) => void
}

/** `savedAt` in milliseconds of the wall clock. */
export interface StoredSnapshot { name: string, bytes: number, savedAt: number }

export interface OpenSnapshot extends ReadableFile {
  close: () => void
}

export interface NewSnapshot {
  readonly bytes: number
  /** Adds text at the end. Rejects with LarderError `storage-full`. */
  write: (text: string) => Promise<void>
  /** Gives it its name, in place of one that has it, once all of it is on the disk. */
  keep: (name: string) => Promise<void>
  /** Removes it unless it was kept. Never throws. */
  remove: () => void
}

/** Name of the folder for these files inside the data folder. */
export const snapshotFolder = 'snapshots'
