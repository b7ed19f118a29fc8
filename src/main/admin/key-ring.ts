import type { Buffer } from 'node:buffer'
import type { RealClock } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { KeyRecord, MetadataStore } from '../base/metadata'
import type { Principal } from '../base/principal'
import type { Deadline } from './deadline'
import type { UserDirectory } from './user-directory'
import { LarderError, messageOf } from '@shared/errors'
import { deadlineIn, hasPassed } from './deadline'
import { sameDigest } from './digest'
import { keyPrincipal } from './principals'

/**
 * The API keys, read once: this process is the only writer. Made so that checking one costs a
 * look-up and a comparison.
 */
export interface KeyRing extends Disposable {
  list: (userId: string) => KeyRecord[]
  /** Throws LarderError `key-not-found`, also for a key of somebody else. */
  get: (userId: string, id: string) => KeyRecord
  /**
   * Recognises key `id` when the digest is its own, or its former one inside the overlap of a
   * rotation.
   */
  verify: (id: string, digest: Buffer) => Recognised | undefined
  /** A key was used whose secret need not be verified again. */
  noteUse: (id: string) => void
  /** Grows with every change of any key: whatever was verified before may hold no longer. */
  readonly revision: number
  /** Whether any key allows this browser origin. */
  allowsOrigin: (origin: string) => boolean
  /** Takes in a key that was written already. */
  adopt: (record: KeyRecord) => void
  /** Throws LarderError `key-not-found`. */
  update: (id: string, change: Partial<Omit<KeyRecord, 'id' | 'userId' | 'createdAt'>>) => KeyRecord
  /** From now on the key is refused. */
  remove: (id: string) => void
  /** The records of the user's keys are deleted: from now on all are refused. Returns their ids. */
  drop: (userId: string) => string[]
  /** The user's rights changed, or whether they are let in: their keys follow. */
  refreshUser: (userId: string) => void
  /** Writes back when keys were last used. Runs once a minute by itself; tests call it. */
  writeBack: () => void
  dispose: () => void
}

interface Recognised {
  principal: Principal
  /** False for a former secret: it runs out by itself. */
  lasting: boolean
}

interface Held {
  record: KeyRecord
  /** Null while the user is disabled. */
  principal: Principal | null
  /** End of the overlap, as far as there is a former secret. */
  overlap: Deadline | null
  /** Newer than the record's own until it is written back. */
  lastUsedAt: number | null
}

const writeBackEvery = 60_000

export function createKeyRing({ metadata, users, clock, logger }: {
  metadata: MetadataStore
  users: UserDirectory
  clock: RealClock
  logger: Logger
}): KeyRing {
  const keys = new Map<string, Held>()
  let origins: ReadonlySet<string> = new Set()
  let revision = 0
  for (const record of metadata.keys.list())
    keys.set(record.id, hold(record))
  changed()

  function hold(record: KeyRecord, before?: Held): Held {
    return {
      record,
      principal: principalOf(record),
      // A change of something else must not measure the overlap anew: the wall clock may have been
      // set back since.
      overlap: before && before.record.previousExpiresAt === record.previousExpiresAt
        ? before.overlap
        : overlapOf(record),
      lastUsedAt: before ? before.lastUsedAt : record.lastUsedAt,
    }
  }

  function principalOf(record: KeyRecord): Principal | null {
    const user = users.get(record.userId)
    return user.disabled ? null : keyPrincipal(record, user)
  }

  function overlapOf({ previousExpiresAt }: KeyRecord): Deadline | null {
    return previousExpiresAt === null ? null : deadlineIn(clock, previousExpiresAt - clock.wall())
  }

  /** After every change of a key. */
  function changed(): void {
    revision++
    origins = new Set(keys.values().flatMap(({ record, principal }) => principal ? record.origins : []))
  }

  function inOverlap({ overlap }: Held): boolean {
    return overlap !== null && !hasPassed(clock, overlap)
  }

  /** The record as it is now: with its newest use, without an overlap that is over. */
  function current(held: Held): KeyRecord {
    return {
      ...held.record,
      lastUsedAt: held.lastUsedAt,
      previousExpiresAt: inOverlap(held) ? held.record.previousExpiresAt : null,
    }
  }

  function writeBack(): void {
    const used = keys.values().filter(held => held.lastUsedAt !== held.record.lastUsedAt).toArray()
    if (used.length === 0)
      return
    try {
      metadata.transaction(() =>
        used.forEach(({ record, lastUsedAt }) => metadata.keys.update(record.id, { lastUsedAt })))
      for (const held of used)
        held.record = { ...held.record, lastUsedAt: held.lastUsedAt }
    }
    catch (error) {
      logger.warn('Could not save when API keys were last used; trying again in a minute', { reason: messageOf(error) })
    }
  }

  const timer = setInterval(writeBack, writeBackEvery)
  timer.unref()

  const missing = (): LarderError => new LarderError('key-not-found', 'You have no API key with this id.')

  return {
    list: userId => keys.values().filter(({ record }) => record.userId === userId).map(current).toArray(),
    get(userId, id) {
      const held = keys.get(id)
      if (held?.record.userId !== userId)
        throw missing()
      return current(held)
    },
    verify(id, digest) {
      const held = keys.get(id)
      if (!held?.principal)
        return undefined
      const { digest: own, previousDigest: former } = held.record
      const lasting = sameDigest(digest, own)
      if (!lasting && !(former !== null && sameDigest(digest, former) && inOverlap(held)))
        return undefined
      held.lastUsedAt = clock.wall()
      return { principal: held.principal, lasting }
    },
    noteUse(id) {
      const held = keys.get(id)
      if (held)
        held.lastUsedAt = clock.wall()
    },
    get revision() {
      return revision
    },
    allowsOrigin: origin => origins.has(origin),
    adopt(record) {
      keys.set(record.id, hold(record))
      changed()
    },
    update(id, change) {
      const held = keys.get(id)
      const record = held && metadata.keys.update(id, change)
      if (!record)
        throw missing()
      const next = hold(record, held)
      keys.set(id, next)
      changed()
      return current(next)
    },
    remove(id) {
      metadata.keys.delete(id)
      keys.delete(id)
      changed()
    },
    drop(userId) {
      const own = keys.values().filter(({ record }) => record.userId === userId)
      const ids = own.map(({ record }) => record.id).toArray()
      ids.forEach(id => keys.delete(id))
      changed()
      return ids
    },
    refreshUser(userId) {
      for (const held of keys.values()) {
        if (held.record.userId === userId)
          held.principal = principalOf(held.record)
      }
      changed()
    },
    writeBack,
    dispose() {
      clearInterval(timer)
      writeBack()
    },
  }
}
