import type { JobOutcome } from '@shared/jobs'
import type { LoadMode } from '@shared/snapshots'
import { formatEntries } from '../format'

/** What a plan made with `replace` says of a load in this mode, a line each; never none. */
export function planLines({ caches, added, replaced, removed }: JobOutcome, mode: LoadMode): string[] {
  const lines = [
    ...caches.length > 0 ? [`Makes the ${caches.length === 1 ? 'cache' : 'caches'} ${caches.join(', ')}`] : [],
    ...added > 0 ? [`Adds ${formatEntries(added)}`] : [],
    ...replaced > 0 ? [`Replaces ${formatEntries(replaced)}`] : [],
    ...mode === 'replace' && removed > 0 ? [`Removes ${formatEntries(removed)}`] : [],
  ]
  return lines.length === 0 ? ['Changes nothing'] : lines
}

/** Whether something of what is there now would be gone. */
export function losesEntries({ replaced, removed }: JobOutcome, mode: LoadMode): boolean {
  return replaced > 0 || (mode === 'replace' && removed > 0)
}
