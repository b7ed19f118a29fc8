import type { Buffer } from 'node:buffer'
import type { RealClock } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { KeyRecord, MetadataStore } from '../base/metadata'
import type { Principal } from '../base/principal'
import type { Deadline } from './deadline'
import type { KeyPrincipal } from './principals'
import type { UserDirectory } from './user-directory'
import { LarderError, messageOf } from '@shared/errors'
import { deadlineIn, hasPassed } from './deadline'
import { sameDigest } from './digest'
import { keyPrincipal } from './principals'

/**
 * The API keys, read once because this process is the only writer. Checking a key costs a look-up
 * and a comparison.
 */
export interface KeyRing extends Disposable {
  list: (userId: string) => KeyRecord[]
  /** Throws LarderError `key-not-found`, also for a key of somebody else. */
  get: (userId: string, id: string) => KeyRecord
  /**
   * Recognises key `id` if the digest is that of its secret, or of its former secret during the
   * overlap of a rotation.
   */
  verify: (id: string, digest: Buffer) => Recognised | undefined
  /** Notes the use of a key whose secret does not have to be verified again. */
  noteUse: (id: string) => void
  /** Grows with every change of any key; after that, earlier verifications may be out of date. */
  readonly revision: number
  /** Whether any key allows this browser origin. */
  allowsOrigin: (origin: string) => boolean
  /** Takes in a key that has already been written. */
  adopt: (record: KeyRecord) => void
  /** Throws LarderError `key-not-found`. */
  update: (id: string, change: Partial<Omit<KeyRecord, 'id' | 'userId' | 'createdAt'>>) => KeyRecord
  /** From now on the key is refused. */
  remove: (id: string) => void
  /** Refuses all keys of a user whose key records have been deleted. Returns their ids. */
  drop: (userId: string) => string[]
  /** Updates the user's keys after the user's rights changed, or after a disable or enable. */
  refreshUser: (userId: string) => void
  /**
   * Prepares the keys of a user that list a cache for its new name. `write` changes their records
   * and belongs into the transaction that renames the cache; `apply`, after it, changes the keys in
   * use and returns how many there were. A key in use keeps its principal, because its rights stay:
   * event streams go on.
   */
  renameCache: (userId: string, from: string, to: string) => { write: () => void, apply: () => number }
  /** Writes back when keys were last used. Runs once a minute on a timer; tests call it. */
  writeBack: () => void
  dispose: () => void
}

interface Recognised {
  principal: Principal
  /** False for a former secret, because it expires. */
  lasting: boolean
}

interface Held {
  record: KeyRecord
  /** Null while the user is disabled. */
  principal: KeyPrincipal | null
  /** End of the overlap; null if there is no former secret. */
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
      // The overlap is only measured again if it has changed, because the wall clock may have been
      // set back in the meantime.
      overlap: before && before.record.previousExpiresAt === record.previousExpiresAt
        ? before.overlap
        : overlapOf(record),
      lastUsedAt: before ? before.lastUsedAt : record.lastUsedAt,
    }
  }

  function principalOf(record: KeyRecord): KeyPrincipal | null {
    const user = users.get(record.userId)
    return user.disabled ? null : keyPrincipal(record, user)
  }

  function overlapOf({ previousExpiresAt }: KeyRecord): Deadline | null {
    return previousExpiresAt === null ? null : deadlineIn(clock, previousExpiresAt - clock.wall())
  }

  /** Called after every change of a key. */
  function changed(): void {
    revision++
    origins = new Set(keys.values().flatMap(({ record, principal }) => principal ? record.origins : []))
  }

  function inOverlap({ overlap }: Held): boolean {
    return overlap !== null && !hasPassed(clock, overlap)
  }

  /** The record in its current state: with the latest use, and without an overlap that is over. */
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
    renameCache(userId, from, to) {
      const following = keys.values()
        .filter(({ record }) => record.userId === userId && record.caches?.includes(from))
        .map(held => ({
          held,
          // The new name may be there already, of a cache that was deleted.
          caches: [...new Set(held.record.caches?.map(name => name === from ? to : name))],
        }))
        .toArray()
      return {
        write: () => following.forEach(({ held, caches }) => metadata.keys.update(held.record.id, { caches })),
        apply() {
          for (const { held, caches } of following) {
            held.record = { ...held.record, caches }
            held.principal?.caches?.delete(from)
            held.principal?.caches?.add(to)
          }
          return following.length
        },
      }
    },
    writeBack,
    dispose() {
      clearInterval(timer)
      writeBack()
    },
  }
}
