import type { RealClock } from '../base/clock'
import { hash, randomBytes } from 'node:crypto'
import { LarderError } from '@shared/errors'

export interface AttemptLimiter {
  /**
   * Counts an attempt on `subject` before its outcome is known, so that a thousand at once are not
   * all let through. Call `forgive` if it turns out to be right. Throws LarderError
   * `too-many-attempts`.
   */
  begin: (subject: string) => Attempt
}
interface Attempt { forgive: () => void }

interface AttemptLimiterOptions {
  clock: RealClock
  /** Bad attempts within the window after which all attempts are refused. @default 20 */
  attempts?: number
  /** Seconds. @default 900 */
  window?: number
  /**
   * Number of counters; a keyed hash assigns one to each subject. They take a fixed amount of
   * memory, nobody can push one out by inventing subjects, and without the salt of the hash nobody
   * can choose whom to collide with. `each`: one per subject, if nobody can invent subjects.
   * @default 4096
   */
  counters?: number | 'each'
}

/**
 * Limits guessing. Each counter holds the times of its latest bad attempts (a true sliding window,
 * so that no border gives extra attempts). Right attempts leave no trace and do not reset the
 * counter, because otherwise each sign-in of the victim would give the attacker new attempts. Times
 * are monotonic, so that setting the machine's clock forgives nothing.
 */
export function createAttemptLimiter({
  clock,
  attempts = 20,
  window = 900,
  counters = 4096,
}: AttemptLimiterOptions): AttemptLimiter {
  const span = window * 1000
  const salt = randomBytes(32).toString('hex')
  const failures = new Map<number | string, number[]>()

  function timesOf(subject: string): number[] {
    const counter = counters === 'each' ? subject : hash('sha256', salt + subject, 'buffer').readUInt32LE() % counters
    const times = failures.get(counter) ?? []
    failures.set(counter, times)
    return times
  }

  return {
    begin(subject) {
      const now = clock.monotonic()
      const times = timesOf(subject)
      while (times[0] !== undefined && times[0] <= now - span)
        times.shift()
      const oldest = times[0]
      if (oldest !== undefined && times.length >= attempts) {
        const retryAfter = Math.ceil((oldest + span - now) / 1000)
        throw new LarderError(
          'too-many-attempts',
          `Too many attempts. Try again in ${retryAfter} seconds.`,
          { retryAfter },
        )
      }
      times.push(now)
      return {
        forgive: once(() => {
          const mine = times.indexOf(now)
          // The attempt may already have left the window.
          if (mine !== -1)
            times.splice(mine, 1)
        }),
      }
    },
  }
}

function once(work: () => void): () => void {
  let done = false
  return () => {
    if (!done)
      work()
    done = true
  }
}
