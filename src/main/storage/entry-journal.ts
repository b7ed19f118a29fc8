import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { EntryJournal } from '../cache/ports'
import type { EntryWriter } from './entry-writer'
import type { PendingBatch } from './pending-writes'
import { systemClock } from '../base/clock'
import { createBacklog } from './backlog'
import { openEntryDatabase } from './entry-database'
import { createEntryRows } from './entry-rows'
import { createDirectWriter } from './entry-writer'
import { createPendingWrites } from './pending-writes'
import { createRemoteWriter } from './remote-writer'

export interface EntryJournalOptions {
  /** Absolute data folder; the database is `entries.db` in it. */
  home: string
  logger: Logger
  clock?: RealClock
  /** File of the built `writer-thread`; without it, the calling thread writes. */
  writerProgram?: string
  /** The most milliseconds for which a write is held back. @default 200 */
  delay?: number
  /**
   * The most bytes that are held back before they are written without further delay. @default 4 MiB
   */
  capacity?: number
  /** Milliseconds until a failed flush is tried again. @default 1000 */
  retryDelay?: number
  /** Gets the reason when the disk starts to refuse writes, and null when it takes them again. */
  onHealth?: (failure: string | null) => void
}

/**
 * Bytes in a batch, as pending writes count them: handing over a thousand small writes takes some
 * milliseconds.
 */
const batchSize = 512 * 1024
/** Bytes that may be pending before callers who can wait should wait: some batches. */
const backlogLimit = 8 * 1024 * 1024

interface Waiter { resolve: () => void, reject: (error: Error) => void }

/**
 * Keeps the entries of persistent caches in SQLite. A write is first kept in memory; all writes
 * within `delay` go to the disk in one transaction, so that one sync serves them all. Only one
 * batch is being written at a time, and later writes form the next one. A value that was handed
 * over must not change until it is written.
 *
 * While the disk fails, this batch and later writes are kept, one state per key, and are tried
 * again: at most what the caches hold, and the keys of what the disk holds. Throws what
 * `openDatabase` throws.
 */
export function openEntryJournal(options: EntryJournalOptions): EntryJournal {
  const {
    home,
    logger,
    clock = systemClock,
    writerProgram,
    delay = 200,
    capacity = 4 * 1024 * 1024,
    retryDelay = 1000,
    onHealth = () => {},
  } = options
  const database = openEntryDatabase({ home, logger, clock })
  const rows = createEntryRows(database)
  const writer: EntryWriter = writerProgram === undefined
    ? createDirectWriter(database)
    : createRemoteWriter({ program: writerProgram, home })
  const pending = createPendingWrites()
  let batch: PendingBatch | null = null
  /** Bytes of the batch, which are no longer pending but not written either. */
  let batchBytes = 0
  /** The writer has the batch, or a failed batch waits to be tried again. */
  let writing = false
  let waiters: Waiter[] = []
  let timer: NodeJS.Timeout | undefined
  let failure: string | null = null
  let closed = false
  /** The rest of the bytes that were pending when writing began. */
  let due = 0
  const backlog = createBacklog(() => pending.bytes >= backlogLimit && failure === null && !closed)

  function write(): void {
    if (writing)
      return
    clearTimeout(timer)
    timer = undefined
    batch ??= nextBatch()
    if (batch === null)
      return settleWaiters(null)
    writing = true
    writer.write(batch, written)
  }

  /** The next part of what was pending when writing began; the rest follows without a delay. */
  function nextBatch(): PendingBatch | null {
    if (pending.isEmpty)
      return null
    due = Math.max(due, 0) || pending.bytes
    const before = pending.bytes
    const taken = pending.take(batchSize)
    batchBytes = before - pending.bytes
    due -= batchBytes
    return taken
  }

  function written(why: string | null): void {
    writing = false
    if (why !== null) {
      const isNew = failure === null
      failure = why
      if (isNew) {
        logger.error('entries cannot be written, trying again', { reason: why, pendingBytes: waiting() })
        onHealth(why)
      }
      // Nobody knows how long this will last, so callers are not kept waiting.
      backlog.eased()
      schedule()
      return settleWaiters(new Error(why))
    }
    batch = null
    batchBytes = 0
    if (failure !== null) {
      failure = null
      logger.info('entries are written again')
      onHealth(null)
    }
    backlog.eased()
    if (waiters.length > 0 || (due > 0 && !pending.isEmpty))
      write()
    else if (!pending.isEmpty)
      changed()
  }

  /** Bytes that are not on the disk yet. */
  function waiting(): number {
    return pending.bytes + batchBytes
  }

  function settleWaiters(error: Error | null): void {
    const settled = waiters
    waiters = []
    for (const { resolve, reject } of settled)
      error === null ? resolve() : reject(error)
  }

  function schedule(): void {
    if (!closed && !writing)
      timer ??= setTimeout(write, failure === null ? delay : retryDelay)
  }

  function changed(): void {
    if (pending.bytes >= capacity && failure === null)
      write()
    else
      schedule()
  }

  /**
   * Whether the disk neither has the entry nor is about to get it. Nothing has to be remembered
   * then: while the disk fails, an entry that comes and goes would otherwise leave its key behind.
   */
  function isNowhere(cacheId: string, key: string): boolean {
    if (batch?.get(cacheId)?.changes.has(key))
      return false
    try {
      return !rows.has(cacheId, key)
    }
    catch {
      // Whatever cannot be read may be there.
      return false
    }
  }

  function flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      waiters.push({ resolve, reject })
      write()
    })
  }

  return {
    * load(cacheId) {
      let unreadable = 0
      yield* rows.load(cacheId, () => unreadable++)
      if (unreadable > 0)
        logger.error('entries on the disk cannot be read and are left out', { cache: cacheId, entries: unreadable })
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
      if (failure !== null && isNowhere(cacheId, key))
        pending.forget(cacheId, key)
      else
        pending.remove(cacheId, key)
      changed()
    },
    clear(cacheId) {
      pending.clear(cacheId)
      changed()
    },
    isBehind: backlog.isBehind,
    room: backlog.room,
    flush,
    health() {
      if (failure !== null)
        return `entries.db cannot be written, ${waiting()} bytes wait: ${failure}`
      return closed ? 'entries.db is closed' : 'ok'
    },
    async close() {
      if (closed)
        return
      closed = true
      backlog.eased()
      try {
        await flush()
      }
      finally {
        clearTimeout(timer)
        await writer.close()
        database.close()
      }
    },
  }
}
