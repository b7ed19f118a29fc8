import type { Listening } from './listen'

/** A protocol that apps use to reach their caches. */
export interface Face {
  /** Binds and starts to accept traffic. Throws ListenError. */
  start: () => Promise<Listening>
  /**
   * Stops listening, waits at most `graceMs` for running requests to finish, then cuts the rest
   * off.
   */
  stop: (graceMs: number) => Promise<void>
}
