import { setImmediate as turn } from 'node:timers/promises'

/** Makes callers who can wait do so while too much is held back. */
interface Backlog {
  /** Whether too much is held back, or others are already waiting. */
  isBehind: () => boolean
  /** Resolves when it is the caller's turn to write. Never rejects. */
  room: () => Promise<void>
  /** To be called when less may be held back: the first waiting caller checks again. */
  eased: () => void
}

/**
 * Waiting callers proceed one after the other, each in a turn of the event loop, so that what one
 * of them writes counts for the next.
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
      // The caller whose turn it is writes first; then the next one checks.
      queue = mine.then(() => turn())
      return mine
    },
    eased() {
      easing?.resolve()
      easing = undefined
    },
  }
}
