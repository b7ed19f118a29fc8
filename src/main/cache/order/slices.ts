import type { Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'

/** Work that runs in slices; between them the event loop serves everything else. */
interface Slices extends Disposable {
  /** Starts the work unless it is already running. */
  start: () => void
  /** Resolves after the next slice. */
  next: () => Promise<void>
}

/**
 * `work` continues until `isOver`, which turns true some milliseconds after it began, and returns
 * whether more is left; it must not throw.
 */
export function createSlices(
  stopwatch: Stopwatch,
  milliseconds: number,
  work: (isOver: () => boolean) => boolean,
): Slices {
  const waiting: (() => void)[] = []
  let scheduled: NodeJS.Immediate | undefined

  function start(): void {
    scheduled ??= setImmediate(run)
  }

  function run(): void {
    scheduled = undefined
    if (work(timeLimit(stopwatch, milliseconds)))
      start()
    waiting.splice(0).forEach(resolve => resolve())
  }

  return {
    start,
    next() {
      start()
      return new Promise(resolve => waiting.push(resolve))
    },
    dispose() {
      clearImmediate(scheduled)
      scheduled = undefined
      waiting.splice(0).forEach(resolve => resolve())
    },
  }
}

/** Returns a function that tells whether a slice that begins now is over. */
export function timeLimit(stopwatch: Stopwatch, milliseconds: number): () => boolean {
  const end = stopwatch.now() + milliseconds
  return () => stopwatch.now() >= end
}
