import type { RealClock } from '../base/clock'
import type { Deadline } from './deadline'
import { limits } from '@shared/limits'
import { randomSecret } from '../base/ids'
import { deadlineIn, hasPassed } from './deadline'
import { digestKey } from './digest'

export interface SignInCodes {
  /**
   * A code that signs its user in once, within `limits.codeLifetime` seconds. `ended` is called
   * once the code has become worthless for any reason.
   */
  create: (userId: string, ended?: () => void) => string
  /**
   * Uses up the code and returns its user; undefined if it is wrong, used or too old.
   */
  redeem: (code: string) => string | undefined
  /** Makes all codes of a user worthless. */
  forgetUser: (userId: string) => void
}

interface Code { userId: string, deadline: Deadline, ended: (() => void) | undefined }

/**
 * Codes that a user may have open; the oldest makes room. Keeps memory bounded, and keeps users
 * from pushing out each other's codes.
 */
const perUser = 10

/** One-time codes. Keeps only their digests, and only in memory: a restart ends them. */
export function createSignInCodes(clock: RealClock): SignInCodes {
  const codes = new Map<string, Code>()

  function drop(digest: string): Code | undefined {
    const found = codes.get(digest)
    codes.delete(digest)
    found?.ended?.()
    return found
  }

  function makeRoom(userId: string): void {
    const own: string[] = []
    for (const [digest, code] of codes) {
      if (hasPassed(clock, code.deadline))
        drop(digest)
      else if (code.userId === userId)
        own.push(digest)
    }
    own.slice(0, Math.max(0, own.length - perUser + 1)).forEach(drop)
  }

  return {
    create(userId, ended) {
      makeRoom(userId)
      const code = randomSecret(20)
      const digest = digestKey(code)
      const lifetime = limits.codeLifetime * 1000
      codes.set(digest, { userId, deadline: deadlineIn(clock, lifetime), ended })
      // If nobody has to be told, an unused code may stay until the next one is created.
      if (ended)
        setTimeout(drop, lifetime, digest).unref()
      return code
    },
    redeem(code) {
      const found = drop(digestKey(code))
      return found && !hasPassed(clock, found.deadline) ? found.userId : undefined
    },
    forgetUser(userId) {
      for (const [digest, code] of codes) {
        if (code.userId === userId)
          drop(digest)
      }
    },
  }
}
