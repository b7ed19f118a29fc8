import type { JobOutcome } from '@shared/jobs'
import { grouped } from '@shared/grouped'
import { localFailure } from './failure'
import { entries } from './job-end'

/** What a load did, or would do, as a sentence: `Added 3 entries, replaced 1, removed 0.` */
export function describeOutcome({ caches, added, replaced, removed }: JobOutcome, isPlan: boolean): string {
  const made = caches.length === 0 ? '' : `${isPlan ? 'make' : 'made'} ${caches.join(', ')}; `
  const counts = isPlan
    ? `add ${entries(added)}, replace ${grouped(replaced)}, remove ${grouped(removed)}`
    : `added ${entries(added)}, replaced ${grouped(replaced)}, removed ${grouped(removed)}`
  const sentence = made + counts
  return isPlan ? `This would ${sentence}.` : `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`
}

/** Throws Failure that lists what is wrong with a file, if anything is. */
export function requireSound({ faults }: JobOutcome): void {
  if (faults.length > 0)
    throw localFailure(`Nothing was changed.\n${faults.join('\n')}`)
}
