import type { Disposable } from '../base/disposable'
import type { Timer } from '../base/timer'
import type { Task, TaskOutcome } from './task'
import { Worker } from 'node:worker_threads'
import { LarderError } from '@shared/errors'

interface TaskThread extends Disposable {
  /** Does one task after the other. Rejects with LarderError `overloaded`, `not-ready`. */
  run: (task: Task) => Promise<TaskOutcome>
}

interface TaskThreadParts { program: string, timer: Timer, heap: number, longest: number }

interface Waiting { task: Task, resolve: (outcome: TaskOutcome) => void, reject: (error: Error) => void }

/** Tasks that may wait for the thread. */
const mostWaiting = 64
/** Milliseconds without a task after which the thread ends. */
const idleTime = 30_000
const mebibyte = 1024 * 1024

/**
 * A thread for conversions. A task that takes too long or too much memory ends the thread, and is
 * the only one that fails: the next one gets a new thread.
 */
export function createTaskThread({ program, timer, heap, longest }: TaskThreadParts): TaskThread {
  const waiting: Waiting[] = []
  let worker: Worker | null = null
  let current: Waiting | null = null
  let deadline: Disposable | null = null
  let rest: Disposable | null = null
  let isClosed = false

  function start(): Worker {
    const started = new Worker(program, {
      resourceLimits: { maxOldGenerationSizeMb: heap / mebibyte, maxYoungGenerationSizeMb: 32 },
    })
    started.unref()
    started.on('message', (outcome: TaskOutcome) => settle(({ resolve }) => resolve(outcome)))
    // A thread that was given up must not fail the task of its successor.
    const ended = (outcome: TaskOutcome): void => {
      if (worker !== started)
        return
      worker = null
      settle(({ resolve }) => resolve(outcome))
    }
    started.on('error', (error: Error & { code?: string }) => ended(error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? { fault: 'unfit', sentence: 'This value takes more memory than a conversion may use.' }
      : { failure: error.message }))
    started.on('exit', () => ended({ failure: 'its thread ended' }))
    return started
  }

  function settle(tell: (task: Waiting) => void): void {
    const done = current
    current = null
    void deadline?.dispose()
    if (done)
      tell(done)
    next()
  }

  /** Ends the thread; whoever uses one then gets another. */
  function drop(): void {
    const ending = worker
    worker = null
    void ending?.terminate()
  }

  function next(): void {
    if (current !== null || isClosed)
      return
    void rest?.dispose()
    current = waiting.shift() ?? null
    if (current === null) {
      rest = timer.after(idleTime, drop)
      return
    }
    deadline = timer.after(longest, () => {
      drop()
      settle(({ reject }) => reject(new LarderError(
        'overloaded',
        `Converting this value took longer than ${longest / 1000} s.`,
        { retryAfter: 1 },
      )))
    })
    worker ??= start()
    const { task } = current
    // A buffer may be a part of a larger one, all of which would be copied.
    const bytes = new Uint8Array(task.bytes)
    worker.postMessage({ ...task, bytes }, [bytes.buffer])
  }

  return {
    run(task) {
      if (isClosed)
        return Promise.reject(new LarderError('not-ready', 'Larder is stopping.'))
      if (waiting.length >= mostWaiting) {
        return Promise.reject(new LarderError(
          'overloaded',
          'Many values are being converted already; try again shortly.',
          { retryAfter: 1 },
        ))
      }
      const { promise, resolve, reject } = Promise.withResolvers<TaskOutcome>()
      waiting.push({ task, resolve, reject })
      next()
      return promise
    },
    dispose() {
      isClosed = true
      void rest?.dispose()
      void deadline?.dispose()
      for (const { reject } of [...current ? [current] : [], ...waiting.splice(0)])
        reject(new LarderError('not-ready', 'Larder is stopping.'))
      current = null
      const ending = worker
      worker = null
      return ending?.terminate().then(() => {})
    },
  }
}
