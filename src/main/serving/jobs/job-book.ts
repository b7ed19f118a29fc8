import type { EventTopic } from '@shared/events'
import type { JobInfo } from '@shared/jobs'
import type { RealClock, Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { EventHub } from '../../base/event-hub'
import type { Logger } from '../../base/logger'
import type { Maybe } from '../maybe'
import type { Progress } from '../ports'
import type { Job, JobFile, JobOrder } from './job'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { randomId } from '../../base/ids'
import { createProgress } from '../../base/progress'
import { toLarderError } from '../../base/unexpected'
import { cancelledAfter, describeJob, whyNoFile } from './job'

/** The long work of all users: what runs, and how the last of it ended. Forgotten at a stop. */
export interface JobBook<File extends JobFile> {
  /**
   * Starts work that nobody waits for. Throws what `work` throws at once, and LarderError
   * `quota-reached` if the user has as many jobs as may run at the same time.
   *
   * @param file what the work writes; removed unless the job is done, and when it is forgotten
   */
  start: (order: JobOrder, work: (progress: Progress) => Maybe<unknown>, file?: File) => JobInfo
  /**
   * Shows work that has begun and that a request waits for. Rejects with what the work rejects
   * with, and LarderError `job-cancelled`.
   */
  follow: <T>(order: JobOrder, progress: Progress, work: Promise<T>) => Promise<T>
  /** Whether a job of this kind runs for a cache. */
  isRunning: (order: Pick<JobOrder, 'kind' | 'space' | 'cache'>) => boolean
  /** The jobs of a cache follow it to its new name. */
  rename: (space: string, from: string, to: string) => void
  /** Those of a user, the newest first. Only administrators are told files of the machine. */
  list: (space: string, administrator?: boolean) => JobInfo[]
  /** Throws LarderError `job-not-found`, as the next ones do. */
  get: (space: string, id: string, administrator?: boolean) => JobInfo
  /** Resolves when the job has ended; one that had ended before stays as it is. */
  cancel: (space: string, id: string, administrator?: boolean) => Promise<JobInfo>
  /** The file of a job that is done. Throws LarderError `no-file` too. */
  fileOf: (space: string, id: string) => File
  /** Ends all jobs of a user, and forgets them. */
  drop: (space: string) => void
}

interface JobBookParts {
  clock: RealClock
  stopwatch: Stopwatch
  hub: EventHub
  logger: Logger
}

/** Milliseconds between two events about the progress of jobs. */
const tellEvery = 250

export function createJobBook<File extends JobFile>(
  { clock, stopwatch, hub, logger }: JobBookParts,
): JobBook<File> & Disposable {
  /** In the order in which they began. */
  const jobs = new Map<string, Job<File>>()
  let timer: NodeJS.Timeout | undefined

  const describe = (job: Job<File>, administrator = false): JobInfo => describeJob(job, stopwatch.now(), administrator)
  const running = (): Job<File>[] => [...jobs.values()].filter(({ state }) => state === 'running')

  /** To everybody who may see the user's events, so without what is for administrators alone. */
  function tell(topic: Extract<EventTopic, `job.${string}`>, job: Job<File>): void {
    hub.emit(topic, job.space, describe(job))
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      const left = running()
      if (hub.active)
        left.forEach(job => tell('job.progress', job))
      if (left.length > 0)
        schedule()
    }, tellEvery).unref()
  }

  function dropFile(job: Job<File>): void {
    job.file?.remove()
    job.file = null
  }

  function forget(job: Job<File>): void {
    dropFile(job)
    jobs.delete(job.id)
  }

  /** Those that ended of one kind, of one cache, that the server began before this one. */
  function forgetFormer({ id, space, cache, kind, scheduled = false }: Job<File>): void {
    for (const job of scheduled ? jobs.values() : []) {
      const alike = job.space === space && job.cache === cache && job.kind === kind && job.scheduled === true
      if (alike && job.id !== id && job.state !== 'running')
        forget(job)
    }
  }

  /** Lets the oldest ended jobs of a user go, and the oldest files. */
  function tidy(job: Job<File>): void {
    const { space } = job
    forgetFormer(job)
    const ended = [...jobs.values()].filter(job => job.space === space && job.state !== 'running')
    ended.slice(0, -limits.jobsEnded).forEach(forget)
    ended.filter(({ file }) => file !== null).slice(0, -limits.jobFiles).forEach(dropFile)
  }

  function enter(order: JobOrder, progress: Progress, file: File | null, work: Promise<unknown>): Job<File> {
    const job: Job<File> = {
      ...order,
      id: randomId(),
      progress,
      state: 'running',
      file,
      detail: null,
      detailForAdministrators: null,
      startedAt: clock.wall(),
      endedAt: null,
      began: stopwatch.now(),
      ended: work.then(
        () => end(job, progress.cancelled ? 'cancelled' : 'done', progress.cancelled ? cancelledAfter(progress) : null),
        (error: unknown) => {
          const { message, forAdministrators } = toLarderError(error, logger, { job: job.kind })
          job.detailForAdministrators = forAdministrators ?? null
          end(job, 'failed', message)
        },
      ),
    }
    jobs.set(job.id, job)
    tell('job.started', job)
    schedule()
    return job
  }

  function end(job: Job<File>, state: JobInfo['state'], detail: string | null): void {
    job.state = state
    job.detail = detail
    job.endedAt = clock.wall()
    if (state !== 'done')
      dropFile(job)
    tell('job.ended', job)
    tidy(job)
  }

  function find(space: string, id: string): Job<File> {
    const job = jobs.get(id)
    if (job?.space !== space)
      throw new LarderError('job-not-found', 'There is no job with this id; only the last ones are remembered.')
    return job
  }

  return {
    start(order, work, file) {
      if (running().filter(({ space }) => space === order.space).length >= limits.jobsRunning) {
        throw new LarderError(
          'quota-reached',
          `At most ${limits.jobsRunning} jobs run at the same time. Wait until one has ended, or cancel one.`,
        )
      }
      const progress = createProgress()
      return describe(enter(order, progress, file ?? null, Promise.resolve(work(progress))))
    },
    async follow(order, progress, work) {
      const job = enter(order, progress, null, work)
      const result = await work
      await job.ended
      if (job.state === 'cancelled')
        throw new LarderError('job-cancelled', job.detail ?? '')
      return result
    },
    isRunning: ({ kind, space, cache }) =>
      running().some(job => job.kind === kind && job.space === space && job.cache === cache),
    rename(space, from, to) {
      for (const job of jobs.values()) {
        if (job.space === space && job.cache === from)
          job.cache = to
      }
    },
    list: (space, administrator) =>
      [...jobs.values()].filter(job => job.space === space).reverse().map(job => describe(job, administrator)),
    get: (space, id, administrator) => describe(find(space, id), administrator),
    async cancel(space, id, administrator) {
      const job = find(space, id)
      job.progress.cancelled ||= job.state === 'running'
      await job.ended
      return describe(job, administrator)
    },
    fileOf(space, id) {
      const { file, kind, state } = find(space, id)
      if (file === null || state !== 'done')
        throw new LarderError('no-file', whyNoFile({ kind, state }))
      return file
    },
    drop(space) {
      for (const job of jobs.values()) {
        if (job.space !== space)
          continue
        job.progress.cancelled = true
        void job.ended.then(() => forget(job))
      }
    },
    async dispose() {
      const left = running()
      for (const { progress } of left)
        progress.cancelled = true
      await Promise.all(left.map(({ ended }) => ended))
      clearTimeout(timer)
      jobs.forEach(dropFile)
    },
  }
}
