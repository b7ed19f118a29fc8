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
 * Whether *either* clock has passed the deadline. A credential must not live longer because the
 * wall clock was set back, or because the monotonic clock stood still while the machine slept.
 */
export function hasPassed(clock: RealClock, deadline: Deadline): boolean {
  return clock.wall() >= deadline.wall || clock.monotonic() >= deadline.monotonic
}

/** The deadline in milliseconds since the Unix epoch, by the clock that will pass it first. */
export function wallTimeOf(clock: RealClock, { wall, monotonic }: Deadline): number {
  return Math.min(wall, clock.wall() + monotonic - clock.monotonic())
}
