import type { RealClock } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { MetadataStore, UserRecord } from '../base/metadata'
import type { CacheDirectory } from './cache-directory'
import type { KeyRing } from './key-ring'
import type { SecretKeeper } from './secret-keeper'
import type { UserDirectory } from './user-directory'
import { limits } from '@shared/limits'
import { CacheCreate, UserName } from '@shared/schemas'
import { randomId } from '../base/ids'
import { createKey } from './api-keys'
import { defaultCache } from './caches'

interface ProvisionDependencies {
  metadata: MetadataStore
  users: UserDirectory
  caches: CacheDirectory
  keys: KeyRing
  secrets: SecretKeeper
  events: EventHub
  clock: RealClock
}

/**
 * Makes a user with what each one has. `key` is the first API key, null when none was made; `kept`
 * says whether the vault has its secret. Throws LarderError `name-taken`.
 */
export type Provision = (
  who: Pick<UserRecord, 'name' | 'passwordHash' | 'owner'>,
) => Promise<{ user: UserRecord, key: { secret: string, kept: boolean } | null }>

/**
 * Writes a user, the persistent cache `default` and an API key in one transaction, so that nobody
 * gets only some of them. If the vault by design keeps nothing, no key is created, because nobody
 * could ever read it. If the vault only fails at the moment, the key is created anyway.
 */
export function createProvision({
  metadata,
  users,
  caches,
  keys,
  secrets,
  events,
  clock,
}: ProvisionDependencies): Provision {
  return async ({ name, passwordHash, owner }) => {
    users.requireFree(name)
    const createdAt = clock.wall()
    const given = { name, owner, admin: owner, passwordHash }
    const user: UserRecord = { id: randomId(), ...given, disabled: false, cacheLimit: limits.caches, createdAt }
    const key = secrets.useful
      ? createKey(user.id, { label: 'First key', scopes: ['read', 'write'], caches: null, origins: [] }, createdAt)
      : null
    const cache = {
      id: randomId(),
      userId: user.id,
      createdAt,
      ...CacheCreate.parse({ name: defaultCache, ttl: null, persistent: true }),
    }

    caches.create(cache, () => {
      metadata.users.insert(user)
      if (key)
        metadata.keys.insert(key.record)
    })
    users.adopt(user)
    events.emit('users', null, {})
    if (!key)
      return { user, key: null }
    keys.adopt(key.record)
    return { user, key: { secret: key.secret, kept: await secrets.keep(key.record.id, key.secret) } }
  }
}

/** The owner's name: that of the system's user if it is allowed, otherwise `owner`. */
export function ownerNameFrom(systemName: string): string {
  const parsed = UserName.safeParse(systemName)
  return parsed.success ? parsed.data : 'owner'
}
