import type { OperationOutput, OperationParsed } from '@shared/operations'
import type { UserRecord } from '../base/metadata'
import type { Principal } from '../base/principal'
import type { CacheDirectory } from './cache-directory'
import type { KeyRing } from './key-ring'
import type { UserDirectory } from './user-directory'
import { LarderError } from '@shared/errors'
import { isoTime } from '@shared/moment'

/** A user in the form that callers see. */
export type DescribeUser = (user: UserRecord) => OperationOutput<'users.update'>

export function createDescribeUser({ caches, keys }: {
  caches: Pick<CacheDirectory, 'list'>
  keys: Pick<KeyRing, 'list'>
}): DescribeUser {
  return ({ id, name, owner, admin, passwordHash, disabled, cacheLimit, createdAt }) => {
    const own = caches.list(id)
    return {
      id,
      name,
      owner,
      admin,
      hasPassword: passwordHash !== null,
      disabled,
      caches: own.length,
      cacheLimit,
      entries: own.reduce((sum, cache) => sum + cache.size, 0),
      apiKeys: keys.list(id).length,
      createdAt: isoTime(createdAt),
    }
  }
}

/**
 * Registration is open until the owner has a password, because from then on somebody can vouch for
 * new users.
 */
export function registrationOpen(users: UserDirectory): boolean {
  return users.owner()?.passwordHash === null
}

type Change = Pick<OperationParsed<'users.update'>, 'password' | 'admin' | 'disabled' | 'cacheLimit'>

/**
 * Checks the limits on changing a user, for a caller who may change that user in general. Throws
 * LarderError `admin-only`, `protected`.
 */
export function checkChange(caller: Principal, user: UserRecord, change: Change): void {
  const { password, admin, disabled, cacheLimit } = change
  const own = user.id === caller.userId
  if (!caller.admin && [admin, disabled, cacheLimit].some(field => field !== undefined)) {
    throw new LarderError(
      'admin-only',
      'Only an administrator may appoint administrators, disable users and limit caches.',
    )
  }
  if (user.owner && admin === false)
    throw new LarderError('protected', 'The owner is always an administrator.')
  if (user.owner && disabled)
    throw new LarderError('protected', 'The owner cannot be disabled.')
  // An administrator who could set it would thereby become the owner.
  if (user.owner && password !== undefined && !own)
    throw new LarderError('protected', 'Only the owner may set the owner\'s password.')
  if (own && disabled)
    throw new LarderError('protected', 'You cannot disable yourself. Another administrator can.')
}

/** Throws LarderError `protected`. */
export function checkDeletion(caller: Principal, user: UserRecord): void {
  if (user.owner)
    throw new LarderError('protected', 'The owner cannot be deleted.')
  if (user.id === caller.userId)
    throw new LarderError('protected', 'You cannot delete yourself. Another administrator can.')
}

/**
 * For work that had to wait: checks that the account that began it has not changed, because
 * otherwise a user who was locked out in the meantime could get back in. Throws LarderError
 * `key-invalid`.
 */
export function checkStanding(users: UserDirectory, then: UserRecord): void {
  const now = users.find(then.id)
  if (!now || now.disabled || now.passwordHash !== then.passwordHash || now.admin !== then.admin)
    throw new LarderError('key-invalid', 'Your account has changed in the meantime. Sign in again.')
}
