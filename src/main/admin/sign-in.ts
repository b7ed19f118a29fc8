import type { OperationOutput } from '../../shared/operations'
import type { UserRecord } from '../base/metadata'
import type { AttemptLimiter } from './attempt-limiter'
import type { HandlersOf } from './handlers'
import type { Passwords } from './passwords'
import type { Sessions } from './sessions'
import type { SignInCodes } from './sign-in-codes'
import type { UserDirectory } from './user-directory'
import { LarderError } from '../../shared/errors'
import { limits } from '../../shared/limits'
import { callerOf } from './handlers'
import { nameKey } from './user-directory'
import { describeUser } from './users'

export interface SignInDependencies {
  users: UserDirectory
  passwords: Passwords
  sessions: Sessions
  codes: SignInCodes
  /** One counter a name. */
  passwordAttempts: AttemptLimiter
  /** One counter for all codes: a code names nobody. */
  codeAttempts: AttemptLimiter
  /** Address of the console, without a slash at its end. */
  url: () => string
}

export function createSignInHandlers({ users, passwords, sessions, codes, passwordAttempts, codeAttempts, url }: SignInDependencies): HandlersOf<'session'> {
  function byCode(code: string): UserRecord {
    const attempt = codeAttempts.begin('code')
    const userId = codes.redeem(code)
    if (userId === undefined)
      throw new LarderError('sign-in-failed', 'This code is not valid: it works once, for ten minutes. Ask for a new one.')
    attempt.forgive()
    return users.get(userId)
  }

  async function byPassword(name: string, password: string): Promise<UserRecord> {
    const attempt = passwordAttempts.begin(nameKey(name))
    const user = users.findByName(name)
    const stored = user?.passwordHash ?? null
    const right = await passwords.verify(password, stored).catch((error: unknown) => {
      // Nothing was compared (overload), so nothing was guessed.
      attempt.forgive()
      throw error
    })
    // Looked up again: the password may have been changed while this one was being checked.
    const now = user && users.find(user.id)
    if (!right || now === undefined || now.passwordHash !== stored)
      throw new LarderError('sign-in-failed', 'Name or password is wrong.')
    attempt.forgive()
    return now
  }

  return {
    'session.create': async (input): Promise<OperationOutput<'session.create'>> => {
      const user = 'code' in input ? byCode(input.code) : await byPassword(input.name, input.password)
      return { token: sessions.start(user), idleTimeout: limits.sessionIdle, user: describeUser(user) }
    },
    'session.get': (_, context) => {
      const { kind, userId, scopes, caches } = callerOf(context)
      return { user: describeUser(users.get(userId)), credential: kind, scopes: [...scopes], caches: caches && [...caches] }
    },
    // A caller who is not here by a session has none to end: afterwards there is none either way.
    'session.delete': (_, context) => {
      sessions.end(callerOf(context))
    },
    'session.code': (_, context) => {
      const code = codes.create(callerOf(context).userId)
      return { code, url: `${url()}/#${code}`, expiresIn: limits.codeLifetime }
    },
  }
}
