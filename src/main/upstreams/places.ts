import { abandoned } from './abort'

/** So many may be in at once; others wait, in their order. */
export interface Places {
  /**
   * Resolves to a function that gives the place back, which may be called twice. Rejects once the
   * signal aborts.
   */
  enter: (signal: AbortSignal) => Promise<() => void>
}

export function createPlaces(most: number): Places {
  let taken = 0
  const waiting = new Set<() => void>()

  function placed(): () => void {
    let isLeft = false
    return () => {
      if (isLeft)
        return
      isLeft = true
      // In a later turn: what was used in this place is free for the next one only then.
      setImmediate(passOn)
    }
  }

  function passOn(): void {
    const [next] = waiting
    if (next)
      next()
    else
      taken--
  }

  return {
    enter: signal => new Promise((resolve, reject) => {
      if (signal.aborted)
        return reject(abandoned())
      if (taken < most) {
        taken++
        return resolve(placed())
      }
      function leaveQueue(): void {
        waiting.delete(enter)
        signal.removeEventListener('abort', giveUp)
      }
      function enter(): void {
        leaveQueue()
        resolve(placed())
      }
      function giveUp(): void {
        leaveQueue()
        reject(abandoned())
      }
      waiting.add(enter)
      signal.addEventListener('abort', giveUp)
    }),
  }
}
