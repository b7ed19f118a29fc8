import type { ReadableFile } from './readable-file'

/** Port to files of this machine that hold entries until they are fetched, or imported. */
export interface ExportFiles {
  /** Creates an empty file that only its user can read. Rejects with LarderError `storage-full`. */
  create: () => Promise<ExportFile>
}

export interface ExportFile extends ReadableFile {
  /** Adds text or bytes at the end. Rejects with LarderError `storage-full`. */
  write: (data: string | Buffer) => Promise<void>
  /** Removes the file, also while it is written or read. Never throws. */
  remove: () => void
}

/** Name of the folder for these files inside the data folder. */
export const exportFolder = 'exports'
