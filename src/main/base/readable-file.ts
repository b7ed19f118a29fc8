import type { Buffer } from 'node:buffer'

/** A file that is read in parts, from any place on. */
export interface ReadableFile {
  readonly bytes: number
  /** At most `length` bytes from this place on; none at the end or beyond it. */
  read: (from: number, length: number) => Promise<Buffer>
}
