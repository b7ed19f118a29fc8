import type { Database } from 'better-sqlite3'
import type { PageMessage } from './page-message'
import type { PendingBatch } from './pending-writes'
import { dirname } from 'node:path'
import { messageOf } from '@shared/errors'
import { isDamage } from './damage'
import { suspectEntries } from './damaged-databases'
import { createEntryPages } from './entry-pages'
import { createEntryRows } from './entry-rows'

/** A page of at most `most` entries of a cache, below a position. */
export interface PageRequest { cacheId: string, below: number, most: number }

/** Writes batches to the disk and reads pages from it: at once, or on a separate thread. */
export interface EntryWriter {
  /**
   * Writes the whole batch or nothing, then calls `done` with null or with a sentence that gives
   * the reason. One batch at a time.
   */
  write: (batch: PendingBatch, done: (failure: string | null) => void) => void
  /** Rejects with an Error that gives the reason. Any number at a time. */
  read: (request: PageRequest) => Promise<PageMessage>
  close: () => Promise<void>
}

/** Does it at once, on the calling thread. */
export function createDirectWriter(database: Database): EntryWriter {
  const rows = createEntryRows(database)
  const pages = createEntryPages(database)
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
    read: async ({ cacheId, below, most }) => pages.below(cacheId, below, most),
    close: async () => {},
  }
}
