import type { Disposable } from './disposable'

/** Does something later. A deadline of a call is measured by it, as work is by the stopwatch. */
export interface Timer {
  /** Acts once after so many milliseconds, unless it is disposed of before. */
  after: (milliseconds: number, act: () => void) => Disposable
}

/** The machine's own, which does not keep the process alive. */
export const systemTimer: Timer = {
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds)
    timer.unref()
    return { dispose: () => clearTimeout(timer) }
  },
}
