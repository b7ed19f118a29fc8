/**
 * The clock for the lives of entries: TTL, grace, age. A space may have a clock of its own that
 * runs ahead of the machine's; it affects only the lives of the entries in that space.
 */
export interface Clock {
  /**
   * Milliseconds since the Unix epoch. May jump forwards or backwards when the machine's clock is
   * set.
   */
  wall: () => number
  /**
   * Milliseconds from an arbitrary start, which never decrease. May stand still while the machine
   * sleeps.
   */
  monotonic: () => number
}

/**
 * The machine's own clock, which nothing shifts. It is used for sessions, sign-in attempts, the
 * overlap of two keys, and every time that is recorded for people. The clock of a space is not a
 * RealClock, so the compiler prevents its use for these.
 */
export interface RealClock extends Clock {
  readonly real: true
}

/**
 * Measures work: slices, latency, rates, deadlines of calls, how long something has been idle. It
 * has no date, and its times cannot be compared with those of a clock.
 */
export interface Stopwatch {
  /** Milliseconds from an arbitrary start, which never decrease. */
  now: () => number
}

export const systemClock: RealClock = {
  real: true,
  wall: () => Date.now(),
  monotonic: () => performance.now(),
}

export const systemStopwatch: Stopwatch = {
  now: () => performance.now(),
}

/** A clock that stands still until it is moved. For tests and simulations. */
export interface ManualClock extends RealClock {
  /** Moves only with `advance`. */
  readonly stopwatch: Stopwatch
  /** Lets `ms` milliseconds pass on both clocks and on the stopwatch. */
  advance: (ms: number) => void
  /** Changes the wall clock by `ms` milliseconds, as when somebody sets the machine's time. */
  jump: (ms: number) => void
  /** Lets `ms` milliseconds pass on the wall clock only, as when the machine sleeps. */
  suspend: (ms: number) => void
}

export function createManualClock(wall = Date.UTC(2026, 0, 1), monotonic = 1000): ManualClock {
  return {
    real: true,
    stopwatch: { now: () => monotonic },
    wall: () => wall,
    monotonic: () => monotonic,
    advance(ms) {
      wall += ms
      monotonic += ms
    },
    jump(ms) {
      wall += ms
    },
    suspend(ms) {
      wall += ms
    },
  }
}
