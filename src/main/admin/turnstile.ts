import { LarderError } from '../../shared/errors'

/** Runs work in the order of asking, so many at once. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Lets `places` pieces of work run at once and keeps the next `queue` waiting in order; whoever comes after that gets LarderError
 * `overloaded`.
 */
export function createTurnstile(places: number, queue: number): Turnstile {
  let free = places
  const waiting: (() => void)[] = []

  async function enter(): Promise<void> {
    if (free > 0) {
      free -= 1
      return
    }
    if (waiting.length >= queue)
      throw new LarderError('overloaded', 'Too much of this at once; try again in a moment.', { retryAfter: 1 })
    await new Promise<void>(resolve => waiting.push(resolve))
  }

  function leave(): void {
    const next = waiting.shift()
    // The place is handed over, never free in between: nobody can overtake the queue.
    if (next)
      next()
    else
      free += 1
  }

  return async (work) => {
    await enter()
    try {
      return await work()
    }
    finally {
      leave()
    }
  }
}
