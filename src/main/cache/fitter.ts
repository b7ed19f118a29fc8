import type { Work } from './work'

/** The cost of a step towards a limit, measured in evictions. */
export const costs = { nothing: 0, eviction: 1, reclaim: 16 } as const
/**
 * The most that one write spends on making room: some milliseconds. A small value never needs this
 * much.
 */
const most = 2000

/** Brings something down to its limit. */
interface Fitter<By> {
  /**
   * To be called after a write, by `by`: works at once as far as one write may, and leaves the rest
   * to slices.
   */
  soon: (by?: By) => void
  /** All the work that is needed. */
  work: () => Work<void>
}

/**
 * @param step does a little and returns its cost, 0 if there was nothing to do
 * @param excess returns how far the limit is exceeded
 * @param start starts work that nobody waits for
 */
export function createFitter<By = never>(
  step: (by?: By) => number,
  excess: () => number,
  start: (work: Work<void>) => void,
): Fitter<By> {
  /** Number of unfinished pieces of work, including those that wait for their turn. */
  let works = 0
  /** The excess that the last write or step of work left. */
  let least = Infinity

  function work(): Work<void> {
    works++
    return stepByStep()
  }

  function* stepByStep(): Work<void> {
    try {
      while (step() > 0) {
        least = excess()
        yield
      }
    }
    finally {
      works--
    }
  }

  return {
    soon(by) {
      // While work goes on, a write only has to leave less excess than it found. Otherwise each of
      // ten thousand writes in one batch would do the most that a write may.
      const enough = (): boolean => works > 0 && excess() < least
      for (let spent = 0; spent < most && !enough();) {
        const cost = step(by)
        if (cost === costs.nothing)
          return
        spent += cost
      }
      least = excess()
      if (works === 0)
        start(work())
    },
    work,
  }
}
