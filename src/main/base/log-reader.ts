import type { LogLine } from '@shared/server-log'

/** A line of the log, or null for one that is none of Larder's. */
export type FoundLine = LogLine | null

/**
 * Port to the log of a data folder as it was when it was opened, and to what is written from then
 * on. Implemented in `storage/`.
 */
export interface LogReader {
  /** All lines, the newest first. */
  newestFirst: () => AsyncGenerator<FoundLine>
  /** New lines as they are written, until the signal aborts. */
  appended: (signal: AbortSignal) => AsyncGenerator<LogLine[]>
  close: () => Promise<void>
}
