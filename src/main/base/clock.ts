/** All time in Larder comes from here; tests inject one that they advance by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump either way when the machine's clock is set. */
  wall: () => number
  /**
   * Milliseconds that only grow, from an arbitrary start. May stand still while the machine sleeps.
   */
  monotonic: () => number
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
}

/** A clock that stands still until it is told to move. For tests and simulations. */
export interface ManualClock extends Clock {
  /** Lets `ms` milliseconds pass on both clocks. */
  advance: (ms: number) => void
  /** Sets the wall clock `ms` milliseconds off, as when somebody changes the machine's time. */
  jump: (ms: number) => void
  /** Lets the wall clock alone run on, as when the machine sleeps. */
  suspend: (ms: number) => void
}

export function createManualClock(wall = Date.UTC(2026, 0, 1), monotonic = 1000): ManualClock {
  return {
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
