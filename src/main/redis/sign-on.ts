import type { Buffer } from 'node:buffer'
import type { Authenticator, Principal } from '../base/principal'
import type { RedisSession } from './session'
import { spellKey } from '@shared/key-spelling'
import { defaultRedisUser, firstRedisDatabase } from '@shared/redis/users'
import { CommandFault } from './reply'

/** Who connections act for. */
export interface SignOn {
  /** Null for who has not authenticated while requests without a key are not allowed. */
  principalOf: (session: RedisSession) => Principal | null
  /** Throws CommandFault if the key is wrong, or may not use the cache. */
  signOn: (session: RedisSession, user: Buffer, key: Buffer) => void
  /** Whether the key of a connection is still good, for the cache in use too. */
  stillHolds: (session: RedisSession) => boolean
}

export function mayUse({ caches }: Pick<Principal, 'caches'>, cache: string): boolean {
  return caches === null || caches.has(cache)
}

export function createSignOn(authenticator: Authenticator): SignOn {
  return {
    principalOf: ({ principal }) => principal ?? authenticator.anonymous() ?? null,
    signOn(session, user, key) {
      const secret = key.toString()
      const principal = authenticator.authenticate(secret)
      // A session is for the console: an app has no business with it.
      if (principal === undefined || principal.kind === 'session')
        throw new CommandFault('WRONGPASS invalid username-password pair or user is disabled.')
      const name = user.toString()
      const cache = name === '' || name === defaultRedisUser ? firstRedisDatabase : name
      if (!mayUse(principal, cache)) {
        throw new CommandFault(
          `NOPERM This key may not use the cache ${spellKey(cache, 64)}: the user name says the cache`,
          'NOPERM This key may not use the cache that the user name says',
        )
      }
      session.principal = principal
      session.secret = secret
      session.home = cache
      session.cache = cache
      session.database = 0
    },
    stillHolds(session) {
      if (session.secret === null)
        return true
      const principal = authenticator.stillHolds(session.secret)
      if (principal === undefined || !mayUse(principal, session.cache))
        return false
      // Its scopes may be others now.
      session.principal = principal
      return true
    },
  }
}
