import type { JobInfo } from '@shared/jobs'
import { jobKinds } from '@shared/jobs'
import { formatCount, formatEntries, formatTtl } from '../format'

/** What becomes of a job: `Deleting 62%`, `Deleted 9 entries`, `Deleting failed after 1 entry`. */
export function headOf({ kind, state, matched, gone, progress }: JobInfo): string {
  const { doing, done } = jobKinds[kind]
  switch (state) {
    case 'running': return progress === null ? doing : `${doing} ${percentOf(progress)}`
    case 'done': return `${done} ${formatEntries(matched)}${gone === 0 ? '' : `, ${formatCount(gone)} gone`}`
    case 'cancelled': return `${doing} was cancelled after ${formatEntries(matched)}`
    case 'failed': return `${doing} failed after ${formatEntries(matched)}`
  }
}

/** How far a running job has come: `12,400 entries so far · about 12 s left`. */
export function courseOf({ matched, secondsLeft }: JobInfo): string {
  return [
    `${formatEntries(matched)} so far`,
    ...secondsLeft === null ? [] : [`about ${formatTtl(Math.max(1, Math.ceil(secondsLeft)))} left`],
  ].join(' · ')
}

/** Never 100% for what still runs. */
export function percentOf(part: number): string {
  return `${Math.floor(Math.min(part, 0.99) * 100)}%`
}

/** All running jobs in a word or two, and the part of their work that is done; null if unknown. */
export function summaryOf(running: readonly JobInfo[]): { text: string, part: number | null } {
  const [only] = running
  if (only && running.length === 1)
    return { text: headOf(only), part: only.progress }
  const parts = running.flatMap(({ progress }) => progress ?? [])
  const part = parts.length === 0 ? null : parts.reduce((sum, each) => sum + each, 0) / parts.length
  const text = `${formatCount(running.length)} jobs`
  return { text: part === null ? text : `${text} ${percentOf(part)}`, part }
}
