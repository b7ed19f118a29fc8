/** Port to files of this machine that hold exported entries until they are fetched. */
export interface ExportFiles {
  /** Creates an empty file that only its user can read. Rejects with LarderError `storage-full`. */
  create: () => Promise<ExportFile>
}

export interface ExportFile {
  /** Bytes written so far. */
  readonly bytes: number
  /** Adds text at the end. Rejects with LarderError `storage-full`. */
  write: (text: string) => Promise<void>
  /** At most `length` bytes from this place on; none at the end or beyond it. */
  read: (from: number, length: number) => Promise<Buffer>
  /** Removes the file, also while it is written or read. Never throws. */
  remove: () => void
}

/** Name of the folder for these files inside the data folder. */
export const exportFolder = 'exports'
