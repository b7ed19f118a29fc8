import type { JobInfo, JobKind } from '@shared/jobs'
import type { Progress } from '../ports'
import { counted } from '@shared/grouped'
import { jobKinds } from '@shared/jobs'

/** What a job is about, in the words that people read. */
export interface JobOrder {
  kind: JobKind
  /** The space of the cache, to whose user the job belongs. */
  space: string
  /** Null: several. */
  cache: string | null
  target: string
  /** Under which people may save the file that it writes. */
  fileName?: string
  /** The server began it by itself, and will do so again. @default false */
  scheduled?: boolean
}

/** What has to be known of a file that a job writes. */
export interface JobFile {
  readonly bytes: number
  /** Never throws. */
  remove: () => void
}

/** A job as the book keeps it. */
export interface Job<File extends JobFile> extends JobOrder {
  id: string
  progress: Progress
  state: JobInfo['state']
  file: File | null
  /** Why it did not come to its end. */
  detail: string | null
  /** The same for administrators, where it names files of the machine. */
  detailForAdministrators: string | null
  /** Wall-clock milliseconds. */
  startedAt: number
  endedAt: number | null
  /** The start in milliseconds of the stopwatch. */
  began: number
  /** Resolves when it has ended. */
  ended: Promise<void>
}

/** The part of the work that must be done before the time that is left is estimated. */
const leastForEstimate = 0.02

/**
 * @param now milliseconds of the stopwatch
 * @param administrator whether an administrator reads it
 */
export function describeJob(job: Job<JobFile>, now: number, administrator: boolean): JobInfo {
  const { id, kind, cache, target, fileName = null, scheduled = false, state, file, startedAt, endedAt } = job
  const { seen, total, matched, gone, outcome } = job.progress
  const part = state === 'done' ? 1 : total === 0 ? null : Math.min(1, seen / total)
  return {
    id,
    kind,
    cache,
    target,
    scheduled,
    state,
    matched,
    gone,
    progress: part === null ? null : Math.floor(part * 1000) / 1000,
    secondsLeft: state === 'running' && part !== null && part >= leastForEstimate
      ? Math.ceil((now - job.began) * (1 - part) / part / 100) / 10
      : null,
    bytes: file?.bytes ?? null,
    fileName: file === null ? null : fileName,
    outcome,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    detail: administrator ? job.detailForAdministrators ?? job.detail : job.detail,
  }
}

export function cancelledAfter({ matched }: Progress): string {
  return `This was cancelled after ${counted(matched, 'entry', 'entries')}.`
}

export function whyNoFile({ kind, state }: Pick<Job<JobFile>, 'kind' | 'state'>): string {
  if (!jobKinds[kind].file)
    return 'Only an export and a comparison have a file.'
  if (state === 'running')
    return 'This job is still running. Its file can be read when it is done.'
  return state === 'done'
    ? 'This file is gone, because only the last jobs keep theirs.'
    : 'This job did not come to its end, so it has no file.'
}
