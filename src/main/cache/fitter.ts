import type { Work } from './jobs'

/** What a step towards a limit costs, in evictions. */
export const costs = { nothing: 0, eviction: 1, reclaim: 16 } as const
/**
 * What one write does for its room at most: some milliseconds. A small value never needs as much.
 */
const most = 2000

/** Brings something down to its limit. */
interface Fitter<By> {
  /** After a write by this one: at once, as far as one write may take; the rest in slices. */
  soon: (by?: By) => void
  /** All of it. */
  work: () => Work<void>
}

/**
 * @param step does a little and tells its cost, 0 when nothing was to do
 * @param excess how far it is beyond the limit
 * @param start begins work for which nobody waits
 */
export function createFitter<By = never>(
  step: (by?: By) => number,
  excess: () => number,
  start: (work: Work<void>) => void,
): Fitter<By> {
  /** Works that have not come to their end, those included that wait for their turn. */
  let works = 0
  /** The excess that a write or a piece of work has left. */
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
      // While work goes on, a write leaves it less to do than it found, and no more: of ten
      // thousand writes in one batch each would otherwise do all that one may.
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
