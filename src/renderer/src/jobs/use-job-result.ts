import type { JobInfo, JobOutcome } from '@shared/jobs'
import type { ComputedRef } from 'vue'
import { messageOf } from '@shared/errors'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { useJobs } from '../stores/jobs'
import { useNotices } from '../stores/notices'

type Ended<T> = { kind: 'failed', message: string } | { kind: 'done', value: T }

/** What a job finds out; `part` is how far it has come, 0 to 1, or null if that is unknown. */
export type JobResult<T> = { kind: 'running', part: number | null } | Ended<T>

/** What is wanted of a job that has ended well. `signal` aborts when nobody waits any more. */
type Reader<T> = (job: JobInfo, outcome: JobOutcome, signal: AbortSignal) => T | Promise<T>

/**
 * Runs jobs that only look and whose results this component shows: each takes the place of the one
 * before, which is cancelled, and the last one ends with the component.
 */
export function useJobResult<T>(read: Reader<T>): {
  result: ComputedRef<JobResult<T>>
  run: (begin: () => Promise<JobInfo>) => Promise<void>
} {
  const jobs = useJobs()
  const notices = useNotices()
  const id = shallowRef<string | null>(null)
  const ended = shallowRef<Ended<T> | null>(null)
  let current = new AbortController()

  async function resultOf(begin: () => Promise<JobInfo>, signal: AbortSignal): Promise<Ended<T>> {
    const begun = await begin()
    const end = jobs.whenEnded(begun)
    const cancel = (): void => {
      if (jobs.running.some(job => job.id === begun.id))
        void notices.tell(() => jobs.cancel(begun.id))
    }
    signal.addEventListener('abort', cancel)
    if (signal.aborted)
      cancel()
    else
      id.value = begun.id
    const job = await end
    signal.throwIfAborted()
    return job.state === 'done' && job.outcome !== null
      ? { kind: 'done', value: await read(job, job.outcome, signal) }
      : { kind: 'failed', message: job.detail ?? 'It did not come to its end.' }
  }

  async function run(begin: () => Promise<JobInfo>): Promise<void> {
    current.abort()
    const { signal } = current = new AbortController()
    id.value = null
    ended.value = null
    const result = await resultOf(begin, signal)
      .catch((error: unknown) => ({ kind: 'failed', message: messageOf(error) } as const))
    if (!signal.aborted)
      ended.value = result
  }

  onScopeDispose(() => current.abort())
  return {
    run,
    result: computed(() => ended.value ?? {
      kind: 'running',
      part: jobs.running.find(job => job.id === id.value)?.progress ?? null,
    }),
  }
}
