import type { Clock } from '../base/clock'
import type { Deadline } from './deadline'
import { limits } from '../../shared/limits'
import { randomSecret } from '../base/ids'
import { deadlineIn, hasPassed } from './deadline'
import { digestKey } from './digest'

export interface SignInCodes {
  /** A code that signs its user in once, within `limits.codeLifetime` seconds. */
  create: (userId: string) => string
  /** The user of the code, which is used up by this; undefined when it is wrong, used or too old. */
  redeem: (code: string) => string | undefined
  /** Makes the codes of a user worthless. */
  forgetUser: (userId: string) => void
}

/** Codes that a user may have open; the oldest makes room. Keeps memory bounded, and nobody's codes push out another's. */
const perUser = 10

/** One-time codes. Only their digests are held, in memory: a restart ends them. */
export function createSignInCodes(clock: Clock): SignInCodes {
  const codes = new Map<string, { userId: string, deadline: Deadline }>()

  function makeRoom(userId: string): void {
    const own: string[] = []
    for (const [digest, code] of codes) {
      if (hasPassed(clock, code.deadline))
        codes.delete(digest)
      else if (code.userId === userId)
        own.push(digest)
    }
    for (const digest of own.slice(0, Math.max(0, own.length - perUser + 1)))
      codes.delete(digest)
  }

  return {
    create(userId) {
      makeRoom(userId)
      const code = randomSecret(20)
      codes.set(digestKey(code), { userId, deadline: deadlineIn(clock, limits.codeLifetime * 1000) })
      return code
    },
    redeem(code) {
      const digest = digestKey(code)
      const found = codes.get(digest)
      codes.delete(digest)
      return found && !hasPassed(clock, found.deadline) ? found.userId : undefined
    },
    forgetUser(userId) {
      for (const [digest, code] of codes) {
        if (code.userId === userId)
          codes.delete(digest)
      }
    },
  }
}
