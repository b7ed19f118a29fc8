/**
 * What lives go by: TTL, grace, age. A space may have one of its own that runs ahead of the
 * machine's; nothing but the lives of its entries notices.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump either way when the machine's clock is set. */
  wall: () => number
  /**
   * Milliseconds that only grow, from an arbitrary start. May stand still while the machine sleeps.
   */
  monotonic: () => number
}

/**
 * The machine's own clock, which nobody shifts: what sessions, sign-in attempts and the overlap of
 * two keys go by, and whatever is written down for people. A clock of a space is none, so the
 * compiler keeps it away from there.
 */
export interface RealClock extends Clock {
  readonly real: true
}

/**
 * What work goes by: slices, latency, rates, deadlines of calls, how long something has been idle.
 * It has no date, and its times mean nothing to a clock.
 */
export interface Stopwatch {
  /** Milliseconds that only grow, from an arbitrary start. */
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

/** A clock that stands still until it is told to move. For tests and simulations. */
export interface ManualClock extends RealClock {
  /** Runs with `advance` alone. */
  readonly stopwatch: Stopwatch
  /** Lets `ms` milliseconds pass on both clocks, and on the stopwatch. */
  advance: (ms: number) => void
  /** Sets the wall clock `ms` milliseconds off, as when somebody changes the machine's time. */
  jump: (ms: number) => void
  /** Lets the wall clock alone run on, as when the machine sleeps. */
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
