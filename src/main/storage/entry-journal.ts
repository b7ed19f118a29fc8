import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { EntryJournal, JournalPage } from '../cache/ports'
import type { EntryWriter } from './entry-writer'
import type { PageMessage } from './page-message'
import { LarderError, messageOf } from '@shared/errors'
import { systemClock } from '../base/clock'
import { createBacklog } from './backlog'
import { openEntryDatabase } from './entry-database'
import { createEntryPages } from './entry-pages'
import { createEntryRows } from './entry-rows'
import { createDirectWriter } from './entry-writer'
import { unpackPage } from './page-message'
import { createRemoteWriter } from './remote-writer'
import { createWriteQueue } from './write-queue'

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
/** Changes that are held back before they are written without further delay. */
const mostHeldBack = 1000

interface Waiter { round: number, resolve: () => void, reject: (error: Error) => void }

/**
 * Keeps the entries of persistent caches in SQLite. A write is first kept in memory; all writes
 * within `delay`, or a thousand, go to the disk in one transaction, so that one sync serves them
 * all, also those who wait for it. Only one batch is being written at a time, and later writes form
 * the next round. A value that was handed over must not change until it is written.
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
  /** Positions of rows that mean nothing. They stay where they are, until their key is written. */
  const unreadable = new Set<number>()
  const pages = createEntryPages(database)
  const unpack = (page: PageMessage): JournalPage => unpackPage(page, (position, error) => {
    if (unreadable.size === 0)
      logger.error(`entries.db has entries that ${leftOut}`, { reason: messageOf(error), position })
    unreadable.add(position)
  })
  const writer: EntryWriter = writerProgram === undefined
    ? createDirectWriter(database)
    : createRemoteWriter({ program: writerProgram, home })
  const queue = createWriteQueue(batchSize)
  /** The writer has the batch, or a failed batch waits to be tried again. */
  let writing = false
  let waiters: Waiter[] = []
  let timer: NodeJS.Timeout | undefined
  let failure: string | null = null
  /** Why entries could not be read, first of all. */
  let readFailure: string | null = null
  let closed = false
  const backlog = createBacklog(() => queue.bytes >= backlogLimit && failure === null && !closed)

  function write(): void {
    if (writing)
      return
    clearTimeout(timer)
    timer = undefined
    const batch = queue.batch()
    if (batch === null)
      return settleWaiters()
    writing = true
    writer.write(batch, written)
  }

  function written(why: string | null): void {
    writing = false
    if (why !== null) {
      const isNew = failure === null
      failure = why
      if (isNew) {
        logger.error('entries cannot be written, trying again', { reason: why, pendingBytes: queue.bytes })
        onHealth(why)
      }
      // Nobody knows how long this will last, so callers are not kept waiting.
      backlog.eased()
      schedule()
      return failWaiters(new Error(why))
    }
    queue.written()
    if (failure !== null) {
      failure = null
      logger.info('entries are written again')
      onHealth(null)
    }
    backlog.eased()
    settleWaiters()
    if (waiters.length > 0 || queue.isWriting)
      write()
    else if (!queue.isEmpty)
      changed()
  }

  /** Those whose round is on the disk. */
  function settleWaiters(): void {
    const settled = waiters.filter(({ round }) => round <= queue.done)
    waiters = waiters.filter(({ round }) => round > queue.done)
    settled.forEach(({ resolve }) => resolve())
  }

  function failWaiters(error: Error): void {
    const failed = waiters
    waiters = []
    failed.forEach(({ reject }) => reject(error))
  }

  function schedule(): void {
    if (!closed && !writing)
      timer ??= setTimeout(write, failure === null ? delay : retryDelay)
  }

  function changed(): void {
    if ((queue.collected >= capacity || queue.count >= mostHeldBack) && failure === null)
      write()
    else
      schedule()
  }

  /**
   * Whether the disk neither has the entry nor is about to get it. Nothing has to be remembered
   * then: while the disk fails, an entry that comes and goes would otherwise leave its key behind.
   */
  function isNowhere(cacheId: string, key: string): boolean {
    if (queue.isOnItsWay(cacheId, key))
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
      waiters.push({ round: queue.round(), resolve, reject })
      write()
    })
  }

  function refused(): LarderError {
    return new LarderError('storage-full', notWritten, {
      forAdministrators: `Larder cannot write to ${home} (${failure}). ${keptInMemory}`,
    })
  }

  /** Tells of what cannot be read by the health of the store, and throws it. */
  function unread(error: unknown): never {
    readFailure ??= messageOf(error)
    throw error
  }

  function reading<T>(read: () => T): T {
    try {
      return read()
    }
    catch (error) {
      return unread(error)
    }
  }

  return {
    page: (cacheId, below, most) => unpack(reading(() => pages.below(cacheId, below, most))),
    pageLater: async (cacheId, below, most) => unpack(await writer.read({ cacheId, below, most }).catch(unread)),
    find: (cacheId, key) =>
      queue.concerns(cacheId, key) ? undefined : unpack(reading(() => pages.find(cacheId, key))).take(),
    oldest: pages.oldest,
    put(cacheId, entry) {
      queue.put(cacheId, entry)
      changed()
    },
    retime(cacheId, key, freshUntil, graceUntil, ttl) {
      queue.retime(cacheId, key, { freshUntil, graceUntil, ttl })
      changed()
    },
    remove(cacheId, key) {
      if (failure !== null && isNowhere(cacheId, key))
        queue.forget(cacheId, key)
      else
        queue.remove(cacheId, key)
      changed()
    },
    clear(cacheId) {
      queue.clear(cacheId)
      changed()
    },
    isBehind: backlog.isBehind,
    room: backlog.room,
    commit() {
      if (queue.isEmpty)
        return undefined
      // It is being tried again anyway, and nobody knows for how long.
      return failure === null ? flush().catch(() => Promise.reject(refused())) : Promise.reject(refused())
    },
    flush,
    health() {
      if (failure !== null)
        return `entries.db cannot be written, ${queue.bytes} bytes wait: ${failure}`
      if (closed)
        return 'entries.db is closed'
      if (readFailure !== null)
        return `entries.db cannot be read: ${readFailure}. Restart Larder to try again`
      return unreadable.size === 0 ? 'ok' : `entries.db has ${unreadable.size} entries that ${leftOut}`
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

const leftOut = 'cannot be read; they are left out'
const keptInMemory = 'The change is in memory and will be written when there is room; '
  + 'if Larder is killed before that, it is lost.'
const notWritten = `Larder cannot write to its data folder. ${keptInMemory}`
