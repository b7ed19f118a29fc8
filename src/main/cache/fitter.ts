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
 * `step` does a little and tells its cost, 0 when nothing was to do; `start` begins work for which
 * nobody waits.
 */
export function createFitter<By = never>(step: (by?: By) => number, start: (work: Work<void>) => void): Fitter<By> {
  /** Works that have not come to their end, those included that wait for their turn. */
  let works = 0

  function work(): Work<void> {
    works++
    return stepByStep()
  }

  function* stepByStep(): Work<void> {
    try {
      while (step() > 0)
        yield
    }
    finally {
      works--
    }
  }

  return {
    soon(by) {
      for (let spent = 0; spent < most;) {
        const cost = step(by)
        if (cost === costs.nothing)
          return
        spent += cost
      }
      if (works === 0)
        start(work())
    },
    work,
  }
}
