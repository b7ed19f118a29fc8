import type { Clock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { EntryJournal } from '../cache/ports'
import { join } from 'node:path'
import { systemClock } from '../base/clock'
import { messageOf } from '../base/logger'
import { openDatabase } from './database'
import { createEntryTable } from './entry-table'
import { entryMigrations } from './migrations'
import { createPendingWrites } from './pending-writes'

export interface EntryJournalOptions {
  /** Absolute data folder; the database is `entries.db` in it. */
  home: string
  logger: Logger
  clock?: Clock
  /** Milliseconds for which a write is held back at most. @default 200 */
  delay?: number
  /** Bytes held back at most; a write beyond waits for the disk. @default 4 MiB */
  capacity?: number
  /** Milliseconds until a failed flush is tried again. @default 1000 */
  retryDelay?: number
}

/** `LRDe`, in the header of `entries.db`. */
const applicationId = 0x4C524465

/**
 * The entries of persistent caches in SQLite. A write lands in memory; all that gathers within `delay` goes to the disk in
 * one transaction, so that one sync serves them all. A value that was handed over must not change until then.
 *
 * While the disk fails, writes stay pending, one state a key, and are tried again: at most what the caches themselves hold.
 * Throws what `openDatabase` throws.
 */
export function openEntryJournal(options: EntryJournalOptions): EntryJournal {
  const { home, logger, clock = systemClock, delay = 200, capacity = 4 * 1024 * 1024, retryDelay = 1000 } = options
  const database = openDatabase({ file: join(home, 'entries.db'), applicationId, migrations: entryMigrations, clock, logger })
  const table = createEntryTable(database)
  const pending = createPendingWrites()
  let timer: NodeJS.Timeout | undefined
  let failure: string | null = null

  /** Writes what is pending. Throws, and keeps it, when the disk does not take it. */
  function write(): void {
    clearTimeout(timer)
    timer = undefined
    if (pending.caches.size === 0)
      return
    try {
      table.write(pending)
    }
    catch (error) {
      if (failure === null)
        logger.error('entries cannot be written, trying again', { reason: messageOf(error), pendingBytes: pending.bytes })
      failure = messageOf(error)
      schedule()
      throw error
    }
    pending.reset()
    if (failure !== null)
      logger.info('entries are written again')
    failure = null
  }

  function attempt(): void {
    try {
      write()
    }
    catch {
      // Logged, shown by health() and scheduled again: nobody is waiting for this one.
    }
  }

  function schedule(): void {
    if (database.open)
      timer ??= setTimeout(attempt, failure === null ? delay : retryDelay)
  }

  function changed(): void {
    if (pending.bytes >= capacity && failure === null)
      attempt()
    else
      schedule()
  }

  return {
    load(cacheId) {
      attempt()
      return table.load(cacheId)
    },
    put(cacheId, entry) {
      pending.put(cacheId, entry)
      changed()
    },
    retime(cacheId, key, freshUntil, graceUntil, ttl) {
      pending.retime(cacheId, key, { freshUntil, graceUntil, ttl })
      changed()
    },
    remove(cacheId, key) {
      pending.remove(cacheId, key)
      changed()
    },
    clear(cacheId) {
      pending.clear(cacheId)
      changed()
    },
    async flush() {
      write()
    },
    health() {
      if (failure !== null)
        return `entries.db cannot be written, ${pending.bytes} bytes wait: ${failure}`
      return database.open ? 'ok' : 'entries.db is closed'
    },
    async close() {
      if (!database.open)
        return
      try {
        write()
      }
      finally {
        clearTimeout(timer)
        database.close()
      }
    },
  }
}
