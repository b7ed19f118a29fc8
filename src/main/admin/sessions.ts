import type { RealClock } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { MetadataStore, UserRecord } from '../base/metadata'
import type { Principal } from '../base/principal'
import type { Deadline } from './deadline'
import type { UserDirectory } from './user-directory'
import { messageOf } from '@shared/errors'
import { limits } from '@shared/limits'
import { randomSecret } from '../base/ids'
import { deadlineIn, hasPassed, wallTimeOf } from './deadline'
import { digestKey } from './digest'
import { userPrincipal } from './principals'

export interface Sessions extends Disposable {
  /** Signs the user in; returns the bearer token. On a full disk the session holds for this run. */
  start: (user: UserRecord) => string
  /** The principal that the token belongs to; restarts the session's idle time. */
  verify: (token: string) => Principal | undefined
  /** Like `verify`, but does not count as use: the idle time runs on. */
  peek: (token: string) => Principal | undefined
  /** Signs out. Does nothing if the caller has no session. */
  end: (principal: Principal) => void
  /**
   * Prepares the end of all sessions of a user except the caller's own. `write` deletes their
   * records and belongs into the transaction of the change that ends them; `apply`, after it, ends
   * them in this process.
   */
  endOthers: (userId: string, caller: Principal) => { write: () => void, apply: () => void }
  /** Continues the user's sessions with new rights after a change. */
  refresh: (user: UserRecord) => void
  /** Writes what has changed since the last time. Runs once a minute on a timer; tests call it. */
  writeBack: () => void
  dispose: () => void
}

interface SessionsDependencies {
  metadata: Pick<MetadataStore, 'sessions' | 'writeOrKeep'>
  users: UserDirectory
  clock: RealClock
  logger: Logger
}

interface Session {
  principal: Principal
  deadline: Deadline
  /** The end that is stored, in milliseconds since the Unix epoch; null if none is. */
  stored: number | null
}

const prefix = 'ls_'
/** Sessions per user; the one idle longest makes room, so that memory stays bounded. */
const perUser = 100
/** Milliseconds. */
const idle = limits.sessionIdle * 1000
const writeBackEvery = 60_000
/** Milliseconds by which a stored end may be off: the two clocks drift apart by less. */
const slack = 1000

/**
 * Sessions of users who signed in by code or password. Keeps only digests of the tokens, in memory
 * and in the metadata, so that sessions outlive a restart. A sign-in and a sign-out are written at
 * once, the use of a session once a minute: after a crash its idle time may be a minute shorter.
 */
export function createSessions({ metadata, users, clock, logger }: SessionsDependencies): Sessions {
  // In order of use: a session that is used moves to the end.
  const sessions = new Map<string, Session>()
  /** Sessions that ended, and whose records may still be there. */
  const ended = new Set<string>()
  // Principals are replaced when rights change; a request under way may still hold an older one.
  const digestOfPrincipal = new WeakMap<Principal, string>()

  for (const { id, userId, idleUntil } of metadata.sessions.list()) {
    const user = users.find(userId)
    // If the clock was set back meanwhile, the record promises more than a session may get.
    const left = Math.min(idleUntil - clock.wall(), idle)
    if (user && !user.disabled && left > 0)
      add(id, user, { deadline: deadlineIn(clock, left), stored: idleUntil })
    else
      ended.add(id)
  }
  writeBack()
  const timer = setInterval(writeBack, writeBackEvery)
  timer.unref()

  function add(digest: string, user: UserRecord, session: Omit<Session, 'principal'>): void {
    const principal = userPrincipal('session', user)
    digestOfPrincipal.set(principal, digest)
    sessions.set(digest, { principal, ...session })
  }

  function drop(digest: string): void {
    if (sessions.delete(digest))
      ended.add(digest)
  }

  function dropIdle(): void {
    for (const [digest, session] of sessions) {
      if (hasPassed(clock, session.deadline))
        drop(digest)
    }
  }

  function makeRoom(userId: string): void {
    dropIdle()
    const own = [...digestsOf(userId)]
    own.slice(0, Math.max(0, own.length - perUser + 1)).forEach(drop)
  }

  function* digestsOf(userId: string): Generator<string> {
    for (const [digest, { principal }] of sessions) {
      if (principal.userId === userId)
        yield digest
    }
  }

  function* othersOf(userId: string, caller: Principal): Generator<string> {
    const own = digestOfPrincipal.get(caller)
    for (const digest of digestsOf(userId)) {
      if (digest !== own)
        yield digest
    }
  }

  function isStored({ deadline, stored }: Session): boolean {
    return stored !== null && Math.abs(wallTimeOf(clock, deadline) - stored) <= slack
  }

  /** Looks at the state of its time, because a full disk may keep it for later. */
  function write(): void {
    for (const digest of ended)
      metadata.sessions.delete(digest)
    for (const [digest, session] of sessions) {
      if (!isStored(session)) {
        const { principal: { userId }, deadline } = session
        metadata.sessions.put({ id: digest, userId, idleUntil: wallTimeOf(clock, deadline) })
      }
    }
  }

  function writeBack(): void {
    dropIdle()
    if (ended.size === 0 && sessions.values().every(isStored))
      return
    try {
      if (!metadata.writeOrKeep('sessions', write))
        return
    }
    catch (error) {
      logger.warn('Could not save the sessions; trying again in a minute', { reason: messageOf(error) })
      return
    }
    ended.clear()
    for (const session of sessions.values()) {
      if (!isStored(session))
        session.stored = wallTimeOf(clock, session.deadline)
    }
  }

  /** Returns the session of the token, with its digest. */
  function find(token: string): { digest: string, session: Session } | undefined {
    const digest = token.startsWith(prefix) ? digestKey(token) : ''
    const session = sessions.get(digest)
    if (session && !hasPassed(clock, session.deadline))
      return { digest, session }
    drop(digest)
    return undefined
  }

  return {
    start(user) {
      makeRoom(user.id)
      const token = prefix + randomSecret()
      add(digestKey(token), user, { deadline: deadlineIn(clock, idle), stored: null })
      writeBack()
      return token
    },
    verify(token) {
      const found = find(token)
      if (!found)
        return undefined
      const { digest, session } = found
      session.deadline = deadlineIn(clock, idle)
      sessions.delete(digest)
      sessions.set(digest, session)
      return session.principal
    },
    peek: token => find(token)?.session.principal,
    end(principal) {
      const digest = digestOfPrincipal.get(principal)
      if (digest === undefined)
        return
      drop(digest)
      writeBack()
    },
    endOthers: (userId, caller) => ({
      write() {
        for (const digest of othersOf(userId, caller))
          metadata.sessions.delete(digest)
      },
      apply() {
        for (const digest of othersOf(userId, caller))
          sessions.delete(digest)
      },
    }),
    refresh(user) {
      for (const [digest, session] of sessions) {
        if (session.principal.userId !== user.id)
          continue
        // A change of rights is not a use.
        session.principal = userPrincipal('session', user)
        digestOfPrincipal.set(session.principal, digest)
      }
    },
    writeBack,
    dispose() {
      clearInterval(timer)
      writeBack()
    },
  }
}
