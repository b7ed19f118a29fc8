import type { JobInfo, JobOutcome } from '@shared/jobs'
import { jobKinds } from '@shared/jobs'
import { formatCount, formatEntries, formatTtl } from '../format'

/** What becomes of a job: `Deleting 62%`, `Deleted 9 entries`, `Deleting failed after 1 entry`. */
export function headOf({ kind, state, matched, gone, progress, outcome }: JobInfo): string {
  const { doing, done } = jobKinds[kind]
  switch (state) {
    case 'running': return progress === null ? doing : `${doing} ${percentOf(progress)}`
    case 'done': return kind === 'compare'
      ? `${done}: ${(outcome && differencesOf(outcome)) || 'no difference'}`
      : [`${done} ${formatEntries(matched)}`, gone !== 0 && `${formatCount(gone)} gone`, outcome && effectsOf(outcome)]
          .filter(Boolean).join(', ')
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

/** What was wrong with some entries, the first of it; empty if nothing was. */
export function faultsOf({ outcome }: JobInfo): string {
  const [first, ...others] = outcome?.faults ?? []
  if (first === undefined)
    return ''
  return others.length === 0 ? first : `${first} And ${formatCount(others.length)} more.`
}

/** How one snapshot differs from another: `1 added, 2 changed`; empty if it does not. */
export function differencesOf({ added, replaced, removed }: JobOutcome): string {
  return countsOf([[added, 'added'], [replaced, 'changed'], [removed, 'removed']])
}

/** What a load does to entries: `3 new, 1 replaced`; empty if it has none. */
function effectsOf({ added, replaced, removed }: JobOutcome): string {
  return countsOf([[added, 'new'], [replaced, 'replaced'], [removed, 'removed']])
}

function countsOf(counts: readonly (readonly [count: number, what: string])[]): string {
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`).join(', ')
}
