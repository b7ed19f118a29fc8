import type { RealClock } from '../base/clock'
import type { UserRecord } from '../base/metadata'
import type { Principal } from '../base/principal'
import type { Deadline } from './deadline'
import { limits } from '@shared/limits'
import { randomSecret } from '../base/ids'
import { deadlineIn, hasPassed } from './deadline'
import { digestKey } from './digest'
import { userPrincipal } from './principals'

export interface Sessions {
  /** Signs the user in; returns the bearer token. */
  start: (user: UserRecord) => string
  /** The principal that the token belongs to; restarts the session's idle time. */
  verify: (token: string) => Principal | undefined
  /** Like `verify`, but does not count as use: the idle time runs on. */
  peek: (token: string) => Principal | undefined
  /** Signs out. Does nothing if the caller has no session. */
  end: (principal: Principal) => void
  /** Ends all sessions of a user except the caller's own. */
  endOthers: (userId: string, caller: Principal) => void
  /** Continues the user's sessions with new rights after a change. */
  refresh: (user: UserRecord) => void
}

interface Session { principal: Principal, deadline: Deadline }

const prefix = 'ls_'
/** Sessions per user; the one idle longest makes room, so that memory stays bounded. */
const perUser = 100

/**
 * Sessions of users who signed in by code or password. Keeps only digests of the tokens, and only
 * in memory: a restart ends all sessions.
 */
export function createSessions(clock: RealClock): Sessions {
  // In order of use: a session that is used moves to the end.
  const sessions = new Map<string, Session>()
  // Principals are replaced when rights change; a request under way may still hold an older one.
  const digestOfPrincipal = new WeakMap<Principal, string>()

  function put(digest: string, principal: Principal): void {
    digestOfPrincipal.set(principal, digest)
    sessions.delete(digest)
    sessions.set(digest, { principal, deadline: deadlineIn(clock, limits.sessionIdle * 1000) })
  }

  function makeRoom(userId: string): void {
    const own: string[] = []
    for (const [digest, session] of sessions) {
      if (hasPassed(clock, session.deadline))
        sessions.delete(digest)
      else if (session.principal.userId === userId)
        own.push(digest)
    }
    for (const digest of own.slice(0, Math.max(0, own.length - perUser + 1)))
      sessions.delete(digest)
  }

  function peek(token: string): Principal | undefined {
    const digest = token.startsWith(prefix) ? digestKey(token) : ''
    const session = sessions.get(digest)
    if (!session || !hasPassed(clock, session.deadline))
      return session?.principal
    sessions.delete(digest)
    return undefined
  }

  return {
    start(user) {
      makeRoom(user.id)
      const token = prefix + randomSecret()
      put(digestKey(token), userPrincipal('session', user))
      return token
    },
    verify(token) {
      const principal = peek(token)
      if (principal)
        put(digestKey(token), principal)
      return principal
    },
    peek,
    end(principal) {
      const digest = digestOfPrincipal.get(principal)
      if (digest !== undefined)
        sessions.delete(digest)
    },
    endOthers(userId, caller) {
      const own = digestOfPrincipal.get(caller)
      for (const [digest, { principal }] of sessions) {
        if (principal.userId === userId && digest !== own)
          sessions.delete(digest)
      }
    },
    refresh(user) {
      for (const [digest, session] of sessions) {
        if (session.principal.userId !== user.id)
          continue
        // Not `put`: a change of rights is not a use.
        session.principal = userPrincipal('session', user)
        digestOfPrincipal.set(session.principal, digest)
      }
    },
  }
}
