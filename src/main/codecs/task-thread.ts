import type { Asker } from '../base/conversions'
import type { Disposable } from '../base/disposable'
import type { Timer } from '../base/timer'
import type { SharedTask } from './shared-task'
import type { Task, TaskOutcome } from './task'
import { Worker } from 'node:worker_threads'
import { LarderError } from '@shared/errors'
import { overloaded } from '../base/in-flight'
import { createSharedTask, isSameTask } from './shared-task'

interface TaskThread extends Disposable {
  /**
   * Does one task after the other; tasks that are the same are done once. Rejects with LarderError
   * `overloaded`, `not-ready`, and with the reason for which the asker has left.
   */
  run: (task: Task, asker: Asker | undefined) => Promise<TaskOutcome>
}

interface TaskThreadParts { program: string, timer: Timer, heap: number, longest: number }

/** Tasks that may wait for the thread. */
const mostWaiting = 64
/** Milliseconds without a task after which the thread ends. */
const idleTime = 30_000
/**
 * Milliseconds that a task may go on which nobody wants any more. Most end in that time, and
 * another thread would have to be started.
 */
const unwantedTime = 250
const mebibyte = 1024 * 1024

/**
 * A thread for conversions. A task that takes too long or too much memory ends the thread, and is
 * the only one that fails: the next one gets a new thread.
 */
export function createTaskThread({ program, timer, heap, longest }: TaskThreadParts): TaskThread {
  const waiting: SharedTask[] = []
  let worker: Worker | null = null
  let current: SharedTask | null = null
  let deadline: Disposable | null = null
  let rest: Disposable | null = null
  let isClosed = false

  function start(): Worker {
    const started = new Worker(program, {
      resourceLimits: { maxOldGenerationSizeMb: heap / mebibyte, maxYoungGenerationSizeMb: 32 },
    })
    started.unref()
    // A thread that was given up must not settle the task of its successor.
    started.on('message', (outcome: TaskOutcome) => worker === started && settle(outcome))
    const ended = (outcome: TaskOutcome): void => {
      if (worker !== started)
        return
      worker = null
      settle(outcome)
    }
    started.on('error', (error: Error & { code?: string }) => ended(error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? { fault: 'unfit', sentence: 'This value takes more memory than a conversion may use.' }
      : { failure: error.message }))
    started.on('exit', () => ended({ failure: 'its thread ended' }))
    return started
  }

  function settle(outcome: TaskOutcome | Error): void {
    const done = current
    current = null
    void deadline?.dispose()
    done?.settle(outcome)
    next()
  }

  /** Ends the thread; whoever uses one then gets another. */
  function drop(): void {
    const ending = worker
    worker = null
    void ending?.terminate()
  }

  /** Ends the task that runs, and the thread with it. */
  function giveUp(error: Error): void {
    drop()
    settle(error)
  }

  /** Nobody wants it any more. */
  function abandon(work: SharedTask): void {
    const place = waiting.indexOf(work)
    if (place >= 0)
      waiting.splice(place, 1)
    if (current === work) {
      void deadline?.dispose()
      deadline = timer.after(unwantedTime, () => giveUp(overloaded()))
    }
  }

  function next(): void {
    if (isClosed)
      return
    while (current === null) {
      void rest?.dispose()
      const work = waiting.shift()
      if (work === undefined) {
        rest = timer.after(idleTime, drop)
        return
      }
      if (work.begin(() => giveUp(overloaded())))
        perform(work)
    }
  }

  function perform(work: SharedTask): void {
    current = work
    deadline = timer.after(longest, () => giveUp(new LarderError(
      'overloaded',
      `Converting this value took longer than ${longest / 1000} s.`,
      { retryAfter: 1 },
    )))
    worker ??= start()
    const { task } = work
    // A buffer may be a part of a larger one, all of which would be copied.
    const bytes = new Uint8Array(task.bytes)
    worker.postMessage({ ...task, bytes }, [bytes.buffer])
  }

  return {
    async run(task, asker) {
      asker?.left.throwIfAborted()
      if (isClosed)
        throw stopping()
      const known = [...current ? [current] : [], ...waiting].find(work => isSameTask(work.task, task))
      if (known)
        return known.join(asker)
      if (waiting.length >= mostWaiting) {
        throw new LarderError(
          'overloaded',
          'Many values are being converted already; try again shortly.',
          { retryAfter: 1 },
        )
      }
      const work = createSharedTask(task, abandon)
      const outcome = work.join(asker)
      waiting.push(work)
      next()
      return outcome
    },
    dispose() {
      isClosed = true
      void rest?.dispose()
      void deadline?.dispose()
      for (const work of [...current ? [current] : [], ...waiting.splice(0)])
        work.settle(stopping())
      current = null
      const ending = worker
      worker = null
      return ending?.terminate().then(() => {})
    },
  }
}

function stopping(): LarderError {
  return new LarderError('not-ready', 'Larder is stopping.')
}
