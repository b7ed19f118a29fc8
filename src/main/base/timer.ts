import type { Disposable } from './disposable'

/** Does something later. A deadline of a call is measured by it, as work is by the stopwatch. */
export interface Timer {
  /** Acts once after so many milliseconds, unless it is disposed of before. */
  after: (milliseconds: number, act: () => void) => Disposable
}

/** Resolves when the promise has, or after so many milliseconds at the latest. */
export async function orAfter(timer: Timer, milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const enough = Promise.withResolvers<void>()
  const alarm = timer.after(milliseconds, enough.resolve)
  await Promise.race([promise, enough.promise])
  alarm.dispose()
}

/** The machine's own, which does not keep the process alive. */
export const systemTimer: Timer = {
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds)
    timer.unref()
    return { dispose: () => clearTimeout(timer) }
  },
}
