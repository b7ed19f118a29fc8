import type { Asker } from '../base/conversions'
import type { Hold } from '../base/in-flight'
import type { Task, TaskOutcome } from './task'
import { overloaded } from '../base/in-flight'

/** A task that waits or runs, for everybody who wants just this. */
export interface SharedTask {
  readonly task: Task
  /** Rejects with what `settle` says, or with the reason for which the asker has left. */
  join: (asker: Asker | undefined) => Promise<TaskOutcome>
  /**
   * Counts the memory for one who still wants it, before it runs; who finds no room is refused.
   * Returns false if nobody is left.
   *
   * @param drop as for InFlight
   */
  begin: (drop: () => void) => boolean
  /** Tells all the same, and frees the memory. */
  settle: (outcome: TaskOutcome | Error) => void
}

interface Ask {
  asker: Asker | undefined
  resolve: (outcome: TaskOutcome) => void
  reject: (reason: unknown) => void
  onLeft: () => void
}

/** @param abandoned called when the last one has left before the work was settled */
export function createSharedTask(task: Task, abandoned: (work: SharedTask) => void): SharedTask {
  const asks = new Set<Ask>()
  let held: Pick<Hold, 'release'> | undefined

  function forget(ask: Ask): void {
    asks.delete(ask)
    ask.asker?.left.removeEventListener('abort', ask.onLeft)
  }

  const work: SharedTask = {
    task,
    join(asker) {
      const { promise, resolve, reject } = Promise.withResolvers<TaskOutcome>()
      const ask: Ask = { asker, resolve, reject, onLeft }
      asks.add(ask)
      asker?.left.addEventListener('abort', onLeft)
      return promise

      function onLeft(): void {
        forget(ask)
        reject(asker?.left.reason)
        if (asks.size === 0)
          abandoned(work)
      }
    },
    begin(drop) {
      for (const ask of asks) {
        // Somebody may have to leave for this room, even who asks for it.
        held = ask.asker?.reserve(drop)
        if (ask.asker === undefined || held !== undefined)
          break
        forget(ask)
        ask.reject(overloaded())
      }
      if (asks.size === 0)
        held?.release()
      return asks.size > 0
    },
    settle(outcome) {
      held?.release()
      for (const ask of asks) {
        forget(ask)
        if (outcome instanceof Error)
          ask.reject(outcome)
        else
          ask.resolve(outcome)
      }
    },
  }
  return work
}

/** Whether two tasks are the same, by where their bytes are: what waits is not changed. */
export function isSameTask(a: Task, b: Task): boolean {
  return a.work === b.work && a.format === b.format
    && a.bytes.buffer === b.bytes.buffer
    && a.bytes.byteOffset === b.bytes.byteOffset && a.bytes.length === b.bytes.length
    && (a.work !== 'convert' || b.work !== 'convert' || (a.to === b.to && a.limit === b.limit))
}
