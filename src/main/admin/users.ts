import type { OperationOutput } from '../../shared/operations'
import type { EventHub } from '../base/event-hub'
import type { UserRecord } from '../base/metadata'
import type { AttemptLimiter } from './attempt-limiter'
import type { HandlersOf } from './handlers'
import type { KeyRing } from './key-ring'
import type { Passwords } from './passwords'
import type { Provision } from './provision'
import type { Sessions } from './sessions'
import type { SignInCodes } from './sign-in-codes'
import type { UserDirectory } from './user-directory'
import { LarderError } from '../../shared/errors'
import { callerOf, givenOnly, isoTime } from './handlers'
import { isAdministrator } from './principals'

export interface UserHandlerDependencies {
  users: UserDirectory
  provision: Provision
  passwords: Passwords
  sessions: Sessions
  codes: SignInCodes
  keys: KeyRing
  registrations: AttemptLimiter
  events: EventHub
}

/** Registration is open until the owner has a password: from then on somebody can vouch for new users. */
export function registrationOpen(users: UserDirectory): boolean {
  return users.owner()?.passwordHash === null
}

export function createUserHandlers(deps: UserHandlerDependencies): HandlersOf<'users'> {
  const { users, provision, passwords, sessions, codes, keys, registrations, events } = deps

  function requireOpen(): void {
    if (!registrationOpen(users))
      throw new LarderError('registration-closed', 'Registration is closed: ask an administrator of this server for an account.')
  }

  return {
    'users.list': () => users.list().map(describeUser),
    'users.create': async ({ name, password }, { principal }) => {
      const vouched = isAdministrator(principal)
      if (!vouched) {
        requireOpen()
        // Right or wrong, each costs a hash and a record, so each counts.
        registrations.begin('registration')
      }
      users.requireFree(name)
      const passwordHash = await passwords.hash(password)
      if (!vouched)
        requireOpen()
      const { user } = await provision({ name, passwordHash, owner: false })
      return describeUser(user)
    },
    'users.update': async ({ id, name, password, admin }, context) => {
      const caller = callerOf(context)
      if (id !== caller.userId && !caller.admin)
        throw new LarderError('user-not-found', 'There is no such user.')
      const before = users.get(id)
      if (admin !== undefined && !caller.admin)
        throw new LarderError('admin-only', 'Only an administrator may say who is one.')
      if (admin === false && before.owner)
        throw new LarderError('protected', 'The owner stays an administrator.')
      if (name !== undefined)
        users.requireFree(name, id)

      const passwordHash = password === undefined ? undefined : await passwords.hash(password)
      const change = givenOnly({ name, passwordHash, admin })
      if (Object.keys(change).length === 0)
        return describeUser(before)
      const closesRegistration = before.owner && passwordHash !== undefined && registrationOpen(users)
      const user = users.update(id, change)

      if (passwordHash !== undefined) {
        sessions.endOthers(id, caller)
        codes.forgetUser(id)
      }
      if (admin !== undefined) {
        keys.refreshUser(id)
        sessions.refresh(user)
      }
      events.emit('users', null, {})
      if (closesRegistration)
        events.emit('settings', null, {})
      return describeUser(user)
    },
  }
}

export function describeUser({ id, name, owner, admin, passwordHash, createdAt }: UserRecord): OperationOutput<'users.update'> {
  return { id, name, owner, admin, hasPassword: passwordHash !== null, createdAt: isoTime(createdAt) }
}
