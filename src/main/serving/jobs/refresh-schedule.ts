import type { Disposable } from '../../base/disposable'
import type { Logger } from '../../base/logger'
import type { Timer } from '../../base/timer'
import type { CacheFigures, Progress, ServedCache } from '../ports'
import type { JobFile, JobOrder } from './job'
import type { JobBook } from './job-book'
import { LarderError, messageOf } from '@shared/errors'
import { ownCall } from '../call'
import { describeTarget } from './target'

/** A cache with its layers, as they are at the moment. */
interface Refreshed {
  readonly cache: Pick<CacheFigures, 'definition'>
  readonly served: Pick<ServedCache, 'refresh'>
}

/** Refreshes caches again and again, as their sources say: the clock of the server itself. */
interface RefreshSchedule {
  /**
   * To be called when a cache was opened or configured. Its span begins anew only if it is another
   * one, so that other changes do not put a refresh off.
   */
  follow: (mount: Refreshed) => void
  leave: (id: string) => void
}

interface RefreshScheduleParts {
  /** Whether caching is switched on. */
  isOn: () => boolean
  jobs: Pick<JobBook<JobFile>, 'isRunning'> & {
    start: (order: JobOrder, work: (progress: Progress) => Promise<void>) => unknown
  }
  timer: Timer
  logger: Logger
}

/** Milliseconds until a refresh is tried again for which there was no room among the jobs. */
const retryAfter = 5000

interface Followed { mount: Refreshed, every: number, alarm: Disposable }

export function createRefreshSchedule(
  { isOn, jobs, timer, logger }: RefreshScheduleParts,
): RefreshSchedule & Disposable {
  const followed = new Map<string, Followed>()
  /** Caches whose refresh runs. By their ids, because one may get another name meanwhile. */
  const running = new Set<string>()

  function leave(id: string): void {
    followed.get(id)?.alarm.dispose()
    followed.delete(id)
  }

  function set(mount: Refreshed, every: number, milliseconds: number): void {
    const { id } = mount.cache.definition
    followed.set(id, { mount, every, alarm: timer.after(milliseconds, () => act(mount, every)) })
  }

  /** One that is due while another one runs, or a switch is off, is left out. */
  function act(mount: Refreshed, every: number): void {
    const { id, space, name: cache, enabled } = mount.cache.definition
    const mayRun = isOn() && enabled && !running.has(id) && !jobs.isRunning({ kind: 'refresh', space, cache })
    const wait = every * 1000
    set(mount, every, mayRun && !start(mount) ? Math.min(wait, retryAfter) : wait)
  }

  /** False if there is no room for it now. */
  function start({ cache: { definition: { id, space, name } }, served: { refresh } }: Refreshed): boolean {
    if (refresh === undefined)
      return true
    try {
      jobs.start({ kind: 'refresh', space, cache: name, target: describeTarget(null), scheduled: true }, (progress) => {
        running.add(id)
        return refresh('held', progress, ownCall(space, 'caches.refresh')).finally(() => running.delete(id))
      })
      return true
    }
    catch (error) {
      // Nobody called whom it could be told.
      if (!(error instanceof LarderError))
        logger.error('a refresh could not be started', { reason: messageOf(error) })
      return false
    }
  }

  return {
    follow(mount) {
      const { id, source } = mount.cache.definition
      const every = source?.refresh?.every
      if (every === followed.get(id)?.every)
        return
      leave(id)
      if (every !== undefined)
        set(mount, every, every * 1000)
    },
    leave,
    dispose() {
      for (const id of [...followed.keys()])
        leave(id)
    },
  }
}
