import type { CacheDefinition } from '../../serving/ports'
import type { RedisSession } from '../session'
import type { SignOn } from '../sign-on'
import { databaseName } from '../databases'
import { databases } from '../session'
import { mayUse } from '../sign-on'

/** What connections may hear of. It is asked at each delivery: keys and their scopes change. */
export interface Hearing {
  /** Whether the connection acts for this user, and may read. */
  isOf: (session: RedisSession, space: string) => boolean
  /** Whether one may be told what the other has asked for. */
  areAlike: (one: RedisSession, other: RedisSession) => boolean
  /** The number by which the connection knows a cache; undefined if it does not, or may not. */
  numberOf: (session: RedisSession, cache: Pick<CacheDefinition, 'space' | 'name'>) => number | undefined
}

const numbers = new Map(Array.from({ length: databases }, (_, number) => [databaseName(number), number]))

export function createHearing({ principalOf }: Pick<SignOn, 'principalOf'>): Hearing {
  function isOf(session: RedisSession, space: string): boolean {
    const principal = principalOf(session)
    return principal !== null && principal.userId === space && principal.scopes.has('read')
  }

  return {
    isOf,
    areAlike(one, other) {
      const principal = principalOf(one)
      return principal !== null && isOf(other, principal.userId)
    },
    numberOf(session, { space, name }) {
      const principal = principalOf(session)
      if (principal === null || !isOf(session, space) || !mayUse(principal, name))
        return undefined
      if (name === session.home)
        return 0
      const number = numbers.get(name)
      // The number 0 is the cache of the user name.
      return number === 0 ? undefined : number
    },
  }
}
