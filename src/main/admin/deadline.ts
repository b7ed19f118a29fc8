import type { RealClock } from '../base/clock'

/** A moment on both clocks. */
export interface Deadline {
  readonly wall: number
  readonly monotonic: number
}

/** The moment `milliseconds` from now. */
export function deadlineIn(clock: RealClock, milliseconds: number): Deadline {
  return { wall: clock.wall() + milliseconds, monotonic: clock.monotonic() + milliseconds }
}

/**
 * Whether *either* clock says that it is over: setting the wall clock back must not prolong a
 * credential, nor must a sleep through which the monotonic one stood still.
 */
export function hasPassed(clock: RealClock, deadline: Deadline): boolean {
  return clock.wall() >= deadline.wall || clock.monotonic() >= deadline.monotonic
}
