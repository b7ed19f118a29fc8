import type { Timer } from '../../src/main/base/timer'

interface ManualTimer extends Timer {
  /** Lets so many milliseconds pass; what is due acts, in its order. */
  advance: (milliseconds: number) => void
  /** Number of things that wait for their time. */
  readonly waiting: number
}

/** A timer that stands still until it is moved. */
export function createManualTimer(): ManualTimer {
  const due = new Map<object, { at: number, act: () => void }>()
  let now = 0
  return {
    get waiting() {
      return due.size
    },
    after(milliseconds, act) {
      const id = {}
      due.set(id, { at: now + milliseconds, act })
      return { dispose: () => void due.delete(id) }
    },
    advance(milliseconds) {
      now += milliseconds
      const ripe = [...due].filter(([, { at }]) => at <= now).sort(([, a], [, b]) => a.at - b.at)
      for (const [id, { act }] of ripe) {
        if (due.delete(id))
          act()
      }
    },
  }
}
