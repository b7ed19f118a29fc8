import type { Database } from 'better-sqlite3'
import type { PendingBatch } from './pending-writes'
import { messageOf } from '@shared/errors'
import { createEntryRows } from './entry-rows'

/** What takes batches to the disk: here and now, or on a thread of its own. */
export interface EntryWriter {
  /**
   * Writes all of it or nothing, then calls `done`: with null, or with a sentence that says why
   * not. One batch at a time.
   */
  write: (batch: PendingBatch, done: (failure: string | null) => void) => void
  close: () => Promise<void>
}

/** Writes at once, on the thread that asks. */
export function createDirectWriter(database: Database): EntryWriter {
  const rows = createEntryRows(database)
  return {
    write(batch, done) {
      try {
        rows.write(batch)
      }
      catch (error) {
        done(messageOf(error))
        return
      }
      done(null)
    },
    close: async () => {},
  }
}
