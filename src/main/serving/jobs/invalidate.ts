import type { Clock } from '../../base/clock'
import type { Maybe } from '../maybe'
import type { Call, Selector, ServedCache } from '../ports'
import type { JobFile } from './job'
import type { JobBook } from './job-book'
import { createProgress } from '../../base/progress'
import { describeTarget } from './target'

/** Deletes entries, or marks them stale, for a call that waits. */
export interface Invalidation {
  /**
   * `cache.invalidate`, but work that does not end at once is shown as a job, which may be
   * cancelled. Throws, or rejects with, what that does, and LarderError `job-cancelled`.
   */
  invalidate: (
    call: Call,
    cache: ServedCache,
    selector: Selector,
    options: { soft: boolean, dryRun: boolean, asOf?: number },
  ) => Maybe<number>
  /** Milliseconds of the wall clock: an entry that is stored after this is not `asOf` it. */
  moment: () => number
}

export function createInvalidation(jobs: Pick<JobBook<JobFile>, 'follow'>, clock: Clock): Invalidation {
  return {
    moment: clock.wall,
    invalidate(call, cache, selector, options) {
      const progress = createProgress()
      const { space, name } = cache.definition
      const work = cache.invalidate(selector, { ...options, progress }, call)
      if (!(work instanceof Promise) || options.dryRun)
        return work
      const kind = options.soft ? 'make-stale' : 'delete'
      return jobs.follow({ kind, space, cache: name, target: describeTarget(selector) }, progress, work)
    },
  }
}
