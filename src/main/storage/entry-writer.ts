import type { Database } from 'better-sqlite3'
import type { PendingBatch } from './pending-writes'
import { dirname } from 'node:path'
import { messageOf } from '@shared/errors'
import { isDamage } from './damage'
import { suspectEntries } from './damaged-databases'
import { createEntryRows } from './entry-rows'

/** Writes batches to the disk: at once, or on a separate thread. */
export interface EntryWriter {
  /**
   * Writes the whole batch or nothing, then calls `done` with null or with a sentence that gives
   * the reason. One batch at a time.
   */
  write: (batch: PendingBatch, done: (failure: string | null) => void) => void
  close: () => Promise<void>
}

/** Writes at once, on the calling thread. */
export function createDirectWriter(database: Database): EntryWriter {
  const rows = createEntryRows(database)
  return {
    write(batch, done) {
      try {
        rows.write(batch)
      }
      catch (error) {
        if (isDamage(error))
          suspectEntries(dirname(database.name))
        done(messageOf(error))
        return
      }
      done(null)
    },
    close: async () => {},
  }
}
