import type { JobInfo } from '@shared/jobs'

/**
 * Puts together what the server's list and its events say of jobs. They come by different ways, so
 * either may be late: a job that has ended never runs again, and no count goes back.
 */
interface JobList {
  /** Takes what an event, or the answer to a call, says of one job. Returns all of them. */
  tell: (job: JobInfo) => readonly JobInfo[]
  /** To be called before the server is asked for its list. */
  beginReading: () => void
  /** Takes the server's list. Returns it with what was told since it was asked for. */
  read: (answer: readonly JobInfo[]) => readonly JobInfo[]
  clear: () => void
}

export function createJobList(): JobList {
  let list: readonly JobInfo[] = []
  const told = new Set<string>()

  function find(id: string): JobInfo | undefined {
    return list.find(job => job.id === id)
  }

  function newer(job: JobInfo): JobInfo {
    const known = find(job.id)
    const isLate = known !== undefined && job.state === 'running'
      && (known.state !== 'running' || known.matched > job.matched)
    return isLate ? known : job
  }

  return {
    tell(job) {
      told.add(job.id)
      const next = newer(job)
      list = find(job.id) ? list.map(other => other.id === job.id ? next : other) : [next, ...list]
      return list
    },
    beginReading: () => told.clear(),
    read(answer) {
      const answered = new Set(answer.map(({ id }) => id))
      list = [...list.filter(({ id }) => told.has(id) && !answered.has(id)), ...answer.map(newer)]
      return list
    },
    clear() {
      list = []
      told.clear()
    },
  }
}
