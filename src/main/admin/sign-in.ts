import type { OperationOutput } from '@shared/operations'
import type { UserRecord } from '../base/metadata'
import type { SignInPages } from '../base/sign-in-pages'
import type { AttemptLimiter } from './attempt-limiter'
import type { HandlersOf } from './handlers'
import type { Passwords } from './passwords'
import type { Sessions } from './sessions'
import type { SignInCodes } from './sign-in-codes'
import type { UserDirectory } from './user-directory'
import type { DescribeUser } from './user-rules'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { callerOf } from './handlers'
import { nameKey } from './user-directory'

interface SignInDependencies {
  users: UserDirectory
  describe: DescribeUser
  passwords: Passwords
  sessions: Sessions
  codes: SignInCodes
  /** One counter for each user. */
  userAttempts: AttemptLimiter
  /** For names that nobody has, so that inventing names does not fill a user's counter. */
  nameAttempts: AttemptLimiter
  /** One counter for all wrong codes, because a code names no user. */
  codeAttempts: AttemptLimiter
  pages: SignInPages
  /** Address of the console, without a slash at the end. */
  url: () => string
}

export function createSignInHandlers(deps: SignInDependencies): HandlersOf<'session'> {
  const { users, describe, passwords, sessions, codes, userAttempts, nameAttempts, codeAttempts, pages, url } = deps

  /**
   * A right code always works: nobody can guess 160 bits, and wrong guesses must not lock the owner
   * out.
   */
  function byCode(code: string): UserRecord {
    const userId = codes.redeem(code)
    if (userId !== undefined)
      return users.get(userId)
    codeAttempts.begin('code')
    const rule = 'a code works once, within ten minutes'
    throw new LarderError('sign-in-failed', `This code is not valid: ${rule}. Ask for a new one.`)
  }

  async function byPassword(name: string, password: string): Promise<UserRecord> {
    const user = users.findByName(name)
    const attempt = user ? userAttempts.begin(user.id) : nameAttempts.begin(nameKey(name))
    const stored = user?.passwordHash ?? null
    const right = await passwords.verify(password, stored).catch((error: unknown) => {
      // Nothing was compared (overload), so the attempt was not a guess.
      attempt.forgive()
      throw error
    })
    // Look the user up again, because the password may have changed during the check.
    const now = user && users.find(user.id)
    if (!right || now === undefined || now.passwordHash !== stored)
      throw new LarderError('sign-in-failed', 'Name or password is wrong.')
    attempt.forgive()
    if (now.disabled)
      throw new LarderError('sign-in-failed', 'This account is disabled. Ask an administrator of this server.')
    return now
  }

  const linkOf = (code: string): string => `${url()}/#${code}`

  return {
    'session.create': async (input): Promise<OperationOutput<'session.create'>> => {
      const user = 'code' in input ? byCode(input.code) : await byPassword(input.name, input.password)
      return { token: sessions.start(user), idleTimeout: limits.sessionIdle, user: describe(user) }
    },
    'session.get': (_, context) => {
      const { kind, userId, scopes, caches } = callerOf(context)
      return { user: describe(users.get(userId)), credential: kind, scopes: [...scopes], caches: caches && [...caches] }
    },
    // Succeeds even if the caller has no session, because afterwards there is none either way.
    'session.delete': (_, context) => {
      sessions.end(callerOf(context))
    },
    'session.code': (_, context) => {
      const code = codes.create(callerOf(context).userId)
      return { code, url: linkOf(code), expiresIn: limits.codeLifetime }
    },
    'session.page': (_, context) => {
      let remove = (): void => {}
      const link = linkOf(codes.create(callerOf(context).userId, () => remove()))
      const page = pages.write(link)
      remove = page.remove
      return { path: page.path, url: link, expiresIn: limits.codeLifetime }
    },
  }
}
