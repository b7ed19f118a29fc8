import { LarderError } from '@shared/errors'

/**
 * Runs work, a limited number of pieces at once. `subject` is the party that the work is for;
 * waiting subjects take turns.
 */
type Turnstile = <T>(work: () => Promise<T>, subject?: string) => Promise<T>

/**
 * Lets `places` pieces of work run at once. For each subject the next `queue` pieces wait in order;
 * any further piece gets LarderError `overloaded`. A place that becomes free goes to the subject
 * that has waited longest for its turn, so a subject with endless work neither fills the queue of
 * others nor overtakes them.
 */
export function createTurnstile(places: number, queue: number): Turnstile {
  let free = places
  // In the order of the subjects' turns.
  const waiting = new Map<string, (() => void)[]>()

  async function enter(subject: string): Promise<void> {
    if (free > 0) {
      free -= 1
      return
    }
    const own = waiting.get(subject) ?? []
    if (own.length >= queue) {
      throw new LarderError(
        'overloaded',
        'Too many attempts at the same time. Try again in a moment.',
        { retryAfter: 1 },
      )
    }
    waiting.set(subject, own)
    await new Promise<void>(resolve => own.push(resolve))
  }

  function leave(): void {
    const [turn] = waiting
    // The place is handed over and never free in between, so that nobody can overtake the queue.
    if (!turn) {
      free += 1
      return
    }
    const [subject, own] = turn
    const next = own.shift()
    waiting.delete(subject)
    if (own.length > 0)
      waiting.set(subject, own)
    next?.()
  }

  return async (work, subject = '') => {
    await enter(subject)
    try {
      return await work()
    }
    finally {
      leave()
    }
  }
}
