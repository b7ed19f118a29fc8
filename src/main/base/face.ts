import type { Listening } from './listen'

/** A protocol by which apps reach their caches. */
export interface Face {
  /** Binds and takes traffic. Throws ListenError. */
  start: () => Promise<Listening>
  /** Stops listening, lets what runs finish for at most `graceMs`, then cuts what is left. */
  stop: (graceMs: number) => Promise<void>
}
