import type { OperationOutput } from '@shared/operations'
import type { RealClock } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { KeyRecord } from '../base/metadata'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import type { KeyRing } from './key-ring'
import type { SecretKeeper } from './secret-keeper'
import { invalidField, LarderError } from '@shared/errors'
import { isoTime } from '@shared/moment'
import { givenOnly } from '../base/given-only'
import { randomId } from '../base/ids'
import { digestOf, sameDigest } from './digest'
import { callerOf } from './handlers'
import { createKeySecret } from './key-format'

interface KeyHandlerDependencies {
  keys: KeyRing
  caches: CacheDirectory
  secrets: SecretKeeper
  /** Writes a new key durably. */
  insert: (record: KeyRecord) => void
  events: EventHub
  clock: RealClock
}

type Grant = Pick<KeyRecord, 'label' | 'scopes' | 'caches' | 'origins'>

/** Creates a key, without storing it. */
export function createKey(userId: string, grant: Grant, now: number): { record: KeyRecord, secret: string } {
  const id = randomId()
  const secret = createKeySecret(id)
  return {
    record: {
      id,
      userId,
      ...grant,
      digest: digestOf(secret),
      previousDigest: null,
      previousExpiresAt: null,
      createdAt: now,
      lastUsedAt: null,
    },
    secret,
  }
}

export function createKeyHandlers({
  keys,
  caches,
  secrets,
  insert,
  events,
  clock,
}: KeyHandlerDependencies): HandlersOf<'keys'> {
  function checkGrant(userId: string, { scopes, caches: names }: Pick<Grant, 'scopes' | 'caches'>): void {
    if (names === null)
      return
    if (scopes.includes('admin'))
      throw invalidField('caches', 'must be null for a key with the scope admin, which can create keys for every cache')
    const unknown = names.find(name => !caches.has(userId, name))
    if (unknown !== undefined)
      throw invalidField('caches', `there is no cache ${unknown}`)
  }

  const changed = (userId: string): void => events.emit('keys', userId, {})

  return {
    'keys.list': (_, context) => keys.list(callerOf(context).userId).map(describe),
    'keys.create': async (grant, context) => {
      const { userId } = callerOf(context)
      checkGrant(userId, grant)
      const { record, secret } = createKey(userId, grant, clock.wall())
      insert(record)
      keys.adopt(record)
      changed(userId)
      return { ...describe(record), secret, kept: await secrets.keep(record.id, secret) }
    },
    'keys.update': ({ id, ...input }, context) => {
      const { userId } = callerOf(context)
      const before = keys.get(userId, id)
      const change = givenOnly(input)
      if (change.scopes !== undefined || change.caches !== undefined)
        checkGrant(userId, { ...before, ...change })
      if (Object.keys(change).length === 0)
        return describe(before)
      const after = keys.update(id, change)
      changed(userId)
      return describe(after)
    },
    'keys.revoke': async ({ id }, context) => {
      const { userId } = callerOf(context)
      keys.get(userId, id)
      keys.remove(id)
      changed(userId)
      await secrets.forget(id)
    },
    'keys.reveal': async ({ id }, context) => {
      const { userId } = callerOf(context)
      keys.get(userId, id)
      const secret = await secrets.read(id)
      // Read again, because the key may have been rotated or revoked in the meantime.
      const record = keys.get(userId, id)
      if (secret === null) {
        throw new LarderError(
          'secret-unavailable',
          'The vault holds no copy of this API key. Rotate it to get a new secret.',
        )
      }
      if (!sameDigest(digestOf(secret), record.digest)) {
        throw new LarderError(
          'secret-unavailable',
          'The vault\'s copy is out of date: it could not be replaced when the key was rotated. Rotate the key again to get a new secret.',
        )
      }
      return { ...describe(record), secret, kept: true }
    },
    'keys.rotate': async ({ id, overlap }, context) => {
      const { userId } = callerOf(context)
      const before = keys.get(userId, id)
      const secret = createKeySecret(id)
      // Without an overlap every former secret ends here, including one that was still in an
      // earlier overlap.
      const former = overlap > 0
        ? { previousDigest: before.digest, previousExpiresAt: Math.round(clock.wall() + overlap * 1000) }
        : { previousDigest: null, previousExpiresAt: null }
      const record = keys.update(id, { digest: digestOf(secret), ...former })
      changed(userId)
      return { ...describe(record), secret, kept: await secrets.keep(id, secret) }
    },
  }
}

function describe(record: KeyRecord): OperationOutput<'keys.update'> {
  const { id, label, scopes, caches, origins, createdAt, lastUsedAt, previousExpiresAt } = record
  return {
    id,
    label,
    scopes,
    caches,
    origins,
    createdAt: isoTime(createdAt),
    lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt),
    expiresAt: previousExpiresAt === null ? null : isoTime(previousExpiresAt),
  }
}
