import { setImmediate as turn } from 'node:timers/promises'

/** Keeps those waiting who can wait, while too much is held back. */
interface Backlog {
  /** Whether too much is held back, or others wait already. */
  isBehind: () => boolean
  /** Resolves when it is the caller's turn to write. Never rejects. */
  room: () => Promise<void>
  /** Less may be held back now: the first of those who wait looks again. */
  eased: () => void
}

/**
 * Those who wait go one after the other, a turn of the event loop each: what one writes counts for
 * the next.
 */
export function createBacklog(holdsTooMuch: () => boolean): Backlog {
  let easing: PromiseWithResolvers<void> | undefined
  let queue = Promise.resolve()
  let queued = 0

  async function wait(before: Promise<void>): Promise<void> {
    await before
    while (holdsTooMuch()) {
      easing ??= Promise.withResolvers()
      await easing.promise
    }
    queued--
  }

  return {
    isBehind: () => queued > 0 || holdsTooMuch(),
    room() {
      queued++
      const mine = wait(queue)
      // The one whose turn it is writes first; then the next one looks.
      queue = mine.then(() => turn())
      return mine
    },
    eased() {
      easing?.resolve()
      easing = undefined
    },
  }
}
