import type { EventHub } from '../base/event-hub'
import type { SnapshotFiles } from '../base/snapshot-files'
import type { JobBook } from '../serving/jobs/job-book'
import type { AttemptLimiter } from './attempt-limiter'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import type { KeyRing } from './key-ring'
import type { Passwords } from './passwords'
import type { Provision } from './provision'
import type { SecretKeeper } from './secret-keeper'
import type { Sessions } from './sessions'
import type { SignInCodes } from './sign-in-codes'
import type { Uploads } from './uploads'
import type { UserDirectory } from './user-directory'
import type { DescribeUser } from './user-rules'
import { LarderError } from '@shared/errors'
import { givenOnly } from '../base/given-only'
import { isAdministrator } from '../base/principal'
import { callerOf } from './handlers'
import { checkChange, checkDeletion, checkStanding, registrationOpen } from './user-rules'

interface UserHandlerDependencies {
  users: UserDirectory
  describe: DescribeUser
  provision: Provision
  passwords: Passwords
  sessions: Sessions
  codes: SignInCodes
  caches: CacheDirectory
  jobs: Pick<JobBook<never>, 'drop'>
  snapshotFiles: Pick<SnapshotFiles, 'drop'>
  uploads: Pick<Uploads, 'drop'>
  keys: KeyRing
  secrets: SecretKeeper
  /** Deletes the records of a user's API keys durably. */
  deleteKeys: (userId: string) => void
  registrations: AttemptLimiter
  events: EventHub
}

export function createUserHandlers(deps: UserHandlerDependencies): HandlersOf<'users'> {
  const { users, describe, provision, passwords, sessions, codes, caches, jobs, keys, secrets, registrations } = deps
  const { events } = deps

  function requireOpen(): void {
    if (!registrationOpen(users)) {
      throw new LarderError(
        'registration-closed',
        'Registration is closed. Ask an administrator of this server for an account.',
      )
    }
  }

  /** Refuses a user's deleted keys from now on, and drops the copies in the vault. */
  async function forgetKeys(userId: string): Promise<void> {
    const ids = keys.drop(userId)
    events.emit('keys', userId, {})
    for (const id of ids)
      await secrets.forget(id)
  }

  return {
    'users.list': () => users.list().map(describe),
    'users.create': async ({ name, password }, { principal }) => {
      const voucher = principal && isAdministrator(principal) ? users.get(principal.userId) : null
      if (!voucher) {
        requireOpen()
        // Every registration costs a hash and a record, right or wrong, so each one counts.
        registrations.begin('registration')
      }
      users.requireFree(name)
      const passwordHash = await passwords.hash(password, voucher?.id ?? 'registration')
      if (voucher)
        checkStanding(users, voucher)
      else
        requireOpen()
      const { user } = await provision({ name, passwordHash, owner: false })
      return describe(user)
    },
    'users.update': async ({ id, name, password, admin, disabled, cacheLimit }, context) => {
      const caller = callerOf(context)
      if (id !== caller.userId && !caller.admin)
        throw new LarderError('user-not-found', 'There is no user with this id.')
      const before = users.get(id)
      checkChange(caller, before, { password, admin, disabled, cacheLimit })
      if (name !== undefined)
        users.requireFree(name, id)

      const standing = users.get(caller.userId)
      const passwordHash = password === undefined ? undefined : await passwords.hash(password, caller.userId)
      checkStanding(users, standing)
      const change = givenOnly({ name, passwordHash, admin, disabled, cacheLimit })
      if (Object.keys(change).length === 0)
        return describe(before)
      const closesRegistration = before.owner && passwordHash !== undefined && registrationOpen(users)
      // Anybody who had the old password may have created keys with it. If users change their own
      // password, their keys stay, because apps use them.
      const isReset = passwordHash !== undefined && id !== caller.userId
      const ending = passwordHash !== undefined || disabled ? sessions.endOthers(id, caller) : null
      const user = users.update(id, change, () => {
        ending?.write()
        if (isReset)
          deps.deleteKeys(id)
      })

      if (ending) {
        ending.apply()
        codes.forgetUser(id)
      }
      if (admin !== undefined || disabled !== undefined) {
        keys.refreshUser(id)
        sessions.refresh(user)
      }
      const forgotten = isReset ? forgetKeys(id) : undefined
      events.emit('users', null, {})
      if (closesRegistration)
        events.emit('settings', null, {})
      await forgotten
      return describe(user)
    },
    'users.delete': async ({ id }, context) => {
      const caller = callerOf(context)
      checkDeletion(caller, users.get(id))
      // This deletes the records of the user, the caches, the keys and the sessions at once and for
      // good. The rest is what this process holds in memory.
      users.remove(id)
      const forgotten = forgetKeys(id)
      sessions.endOthers(id, caller).apply()
      codes.forgetUser(id)
      jobs.drop(id)
      deps.snapshotFiles.drop(id)
      deps.uploads.drop(id)
      caches.drop(id)
      events.emit('users', null, {})
      await forgotten
    },
  }
}
