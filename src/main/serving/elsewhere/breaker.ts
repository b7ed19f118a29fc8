import type { Stopwatch } from '../../base/clock'
import { byConnection } from './by-connection'

/**
 * Keeps calls away from a connection that does not work. It opens after five failures in a row and
 * then lets one call through after 1, 2, 4 … 30 seconds, until one of them succeeds.
 */
export interface Breaker {
  readonly state: 'closed' | 'open'
  /**
   * Milliseconds until one call may try; null if any call is let through: it is closed, or has
   * rested long enough.
   */
  readonly rest: number | null
  /** Lets a call through, or says in how many milliseconds one may try. */
  enter: () => Pass | number
  /** The connection is another one now: it closes, and no call from before counts any more. */
  reset: () => void
}

/**
 * A call that was let through; to be called once, with what its end says about the connection.
 * Returns whether that counts: the connection may be another one by now.
 */
type Pass = (outcome: Outcome) => boolean
type Outcome = 'works' | 'fails' | 'unknown'

const failuresInARow = 5
const firstRest = 1000
const longestRest = 30_000

function createBreaker(stopwatch: Stopwatch): Breaker {
  let failures = 0
  let rest = firstRest
  /** When one call may try; null = closed. */
  let opens: number | null = null
  let trying = false
  /** Changes with the connection. */
  let era = 0

  function close(): void {
    failures = 0
    rest = firstRest
    opens = null
  }

  function open(): void {
    opens = stopwatch.now() + rest
    rest = Math.min(rest * 2, longestRest)
  }

  /** Any call that succeeds shows that it works, also one from before it opened. */
  function usual(outcome: Outcome): void {
    if (outcome === 'works')
      close()
    else if (outcome === 'fails' && opens === null && ++failures >= failuresInARow)
      open()
  }

  function trial(outcome: Outcome): void {
    trying = false
    if (outcome === 'works')
      close()
    else if (outcome === 'fails' && opens !== null)
      open()
  }

  function passFor(end: (outcome: Outcome) => void): Pass {
    const begun = era
    return (outcome) => {
      if (begun === era)
        end(outcome)
      return begun === era
    }
  }

  return {
    get state() {
      return opens === null ? 'closed' : 'open'
    },
    get rest() {
      const left = opens === null ? 0 : opens - stopwatch.now()
      return left > 0 || trying ? Math.max(left, 0) : null
    },
    enter() {
      if (opens === null)
        return passFor(usual)
      const left = opens - stopwatch.now()
      if (left > 0 || trying)
        return Math.max(left, 1)
      trying = true
      return passFor(trial)
    },
    reset() {
      era++
      trying = false
      close()
    },
  }
}

/** One breaker for each connection, made when it is first asked for. */
export function createBreakers(stopwatch: Stopwatch): (connection: string) => Breaker {
  return byConnection(() => createBreaker(stopwatch))
}
