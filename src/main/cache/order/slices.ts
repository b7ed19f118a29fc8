import type { Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'

/** Work that goes on in slices, between which the event loop serves everybody else. */
interface Slices extends Disposable {
  /** Begins, unless it goes on already. */
  start: () => void
  /** Resolves after the next slice. */
  next: () => Promise<void>
}

/**
 * `work` goes on until `isOver`, some milliseconds after it began, and tells whether more is left;
 * it must not throw.
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

/** Tells when a slice that begins now has to end. */
export function timeLimit(stopwatch: Stopwatch, milliseconds: number): () => boolean {
  const end = stopwatch.now() + milliseconds
  return () => stopwatch.now() >= end
}
