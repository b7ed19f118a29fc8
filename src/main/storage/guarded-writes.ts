import type { Database } from 'better-sqlite3'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import { LarderError, messageOf } from '@shared/errors'
import { isDamage } from './damage'
import { translateDiskFault } from './disk-faults'

interface GuardedWritesOptions {
  database: Database
  /** Absolute data folder, which administrators are told when it cannot be written. */
  home: string
  logger: Logger
  /** Gets the reason when the disk starts to refuse writes, and null when it takes them again. */
  onHealth: (failure: string | null) => void
  /** Milliseconds between two attempts to find out whether the disk takes writes again. */
  retryDelay: number
}

interface GuardedWrites extends Disposable {
  /**
   * Runs `work` in a transaction: all of it or nothing takes effect. Throws LarderError
   * `storage-full` if the disk takes no write, and whatever `work` throws.
   */
  write: <T>(work: () => T) => T
  /**
   * Like `write`, for work that takes something away: a key, a password, a session. It gets into
   * the database itself and not only into the write-ahead log, which may lose its end unnoticed if
   * it is damaged. The rest is checked at the next start.
   */
  revoke: <T>(work: () => T) => T
  /** Like `write`, but keeps the work for later instead of throwing `storage-full`. */
  writeOrKeep: (name: string, work: () => void) => boolean
  /** Why the disk refuses writes; null while it takes them. */
  readonly failure: string | null
  dispose: () => void
}

/** Must fit before the disk counts as writable again: more than a usual change needs. */
const trial = JSON.stringify('.'.repeat(64 * 1024))

/**
 * The only way to write metadata. Knows whether the disk takes writes, says so once when that
 * changes, and runs kept work before anything that is written later, so that a late one never
 * undoes a newer one.
 */
export function createGuardedWrites(options: GuardedWritesOptions): GuardedWrites {
  const { database, home, logger, onHealth, retryDelay } = options
  const kept = new Map<string, () => void>()
  let failure: string | null = null
  let damage: string | null = null
  let timer: NodeJS.Timeout | undefined
  /** The transaction under way, or work that is kept, takes something away. */
  let revoking = false
  const put = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (\'trial\', ?)')
  const drop = database.prepare('DELETE FROM setting WHERE name = \'trial\'')

  function write<T>(work: () => T): T {
    // The outermost transaction decides about all that is in it.
    if (database.inTransaction)
      return work()
    try {
      const result = database.transaction(() => {
        kept.values().forEach(later => later())
        return work()
      })()
      kept.clear()
      if (revoking)
        settleRevocation()
      return result
    }
    catch (error) {
      if (isDamage(error))
        foundDamage(messageOf(error))
      const translated = translateDiskFault(error, home)
      if (translated !== error)
        failed(messageOf(error))
      throw translated
    }
  }

  function settleRevocation(): void {
    try {
      const [{ busy }] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
      revoking = busy !== 0
    }
    catch (error) {
      // It is written all the same, and the next change tries again.
      logger.warn('a revocation is in the write-ahead log only', { reason: messageOf(error) })
    }
  }

  /** Only a start can put a damaged database aside, so this lasts until then. */
  function foundDamage(reason: string): void {
    if (damage !== null)
      return
    damage = `${reason}. Restart Larder to set the database aside`
    logger.error('the metadata is damaged', { reason })
  }

  function failed(reason: string): void {
    const isNew = failure === null
    failure = reason
    tryLater()
    if (!isNew)
      return
    logger.error('metadata cannot be written, trying again', { reason })
    onHealth(reason)
  }

  function tryLater(): void {
    timer ??= setTimeout(tryAgain, retryDelay).unref()
  }

  /**
   * Only a trial ends the failure: a change that happened to fit says little about the next one.
   * Written and removed in two transactions, because SQLite writes nothing for one that does both.
   */
  function tryAgain(): void {
    timer = undefined
    try {
      write(() => put.run(trial))
      write(() => drop.run())
    }
    catch (error) {
      if (!isStorageFull(error))
        logger.error('metadata cannot be written, for another reason', { reason: messageOf(error) })
      tryLater()
      return
    }
    failure = null
    logger.info('metadata is written again')
    onHealth(null)
  }

  return {
    write,
    revoke: work => write(() => {
      revoking = true
      return work()
    }),
    writeOrKeep(name, work) {
      try {
        write(work)
        kept.delete(name)
        return true
      }
      catch (error) {
        if (!isStorageFull(error))
          throw error
        kept.set(name, work)
        logger.warn('a change holds until Larder ends, because it cannot be written', { change: name })
        return false
      }
    },
    get failure() {
      return damage ?? failure
    },
    dispose() {
      clearTimeout(timer)
      if (kept.size === 0)
        return
      try {
        write(() => {})
      }
      catch (error) {
        logger.warn('changes are lost, because they could not be written', {
          changes: [...kept.keys()].join(', '),
          reason: messageOf(error),
        })
      }
    },
  }
}

function isStorageFull(error: unknown): boolean {
  return error instanceof LarderError && error.code === 'storage-full'
}
