import type { Stopwatch } from '../base/clock'
import { timeLimit } from './order/slices'

/** Work in small steps: after each step other work may have its turn. */
export type Work<T> = Generator<void, T, void>

/** Runs long work in slices; between them the event loop serves everything else. */
export interface WorkQueue {
  /**
   * Returns the result at once if one slice is enough and nothing else is waiting; otherwise a
   * promise. An error in the work is thrown, or rejects the promise.
   */
  run: <T>(work: Work<T>) => T | Promise<T>
  /** Finishes all remaining work at once. */
  finish: () => void
}

interface Task {
  /** Continues until `isOver`; returns true when the work is done. */
  advance: (isOver: () => boolean) => boolean
  fail: (error: unknown) => void
}

/** Steps between two looks at the stopwatch. */
const stride = 8

/**
 * All tasks, however many there are, share one slice per turn of the event loop and take turns, so
 * that a short task does not wait until a long one is done.
 *
 * @param stopwatch tells when a slice is over
 * @param around wraps each slice
 * @param milliseconds length of a slice
 */
export function createWorkQueue(stopwatch: Stopwatch, around: <T>(slice: () => T) => T, milliseconds = 2): WorkQueue {
  const waiting: Task[] = []
  let scheduled: NodeJS.Immediate | undefined

  function slice<T>(work: Work<T>, isOver: () => boolean): IteratorResult<void, T> {
    return around(() => {
      for (let step = 1; ; step++) {
        const result = work.next()
        if (result.done || (step % stride === 0 && isOver()))
          return result
      }
    })
  }

  function turn(isOver: () => boolean): void {
    const task = waiting.shift()
    if (task === undefined)
      return
    try {
      if (!task.advance(isOver))
        waiting.push(task)
    }
    catch (error) {
      task.fail(error)
    }
  }

  function schedule(): void {
    scheduled ??= setImmediate(() => {
      scheduled = undefined
      turn(timeLimit(stopwatch, milliseconds))
      if (waiting.length > 0)
        schedule()
    })
  }

  return {
    run<T>(work: Work<T>) {
      if (waiting.length === 0) {
        const first = slice(work, timeLimit(stopwatch, milliseconds))
        if (first.done)
          return first.value
      }
      return new Promise<T>((resolve, fail) => {
        waiting.push({
          advance(isOver) {
            const result = slice(work, isOver)
            if (result.done)
              resolve(result.value)
            return result.done === true
          },
          fail,
        })
        schedule()
      })
    },
    finish() {
      clearImmediate(scheduled)
      scheduled = undefined
      while (waiting.length > 0)
        turn(() => false)
    },
  }
}
