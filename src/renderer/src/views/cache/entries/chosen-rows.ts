import type { EntrySelector } from '@shared/entry-filter'
import type { OperationInput } from '@shared/operations'
import type { ServerRow } from './rows'
import { limits } from '@shared/limits'

/** The target of a bulk action: selected rows, or all matches of a filter (null: everything). */
type Target = { rows: readonly ServerRow[] } | { filter: EntrySelector | null }
type JobSelectors = NonNullable<OperationInput<'jobs.start'>['select']>

/** Whether it is the other row, or lies in that folder. */
export function liesIn(row: ServerRow, other: ServerRow): boolean {
  const name = row.kind === 'folder' ? row.prefix : row.entry.key
  return other.kind === 'folder'
    ? name.startsWith(other.prefix)
    : row.kind === 'entry' && name === other.entry.key
}

/** The rows without those that lie in a selected folder, which stands for them. */
export function withoutCovered(rows: readonly ServerRow[]): readonly ServerRow[] {
  const folders = rows.filter(row => row.kind === 'folder')
  return folders.length === 0
    ? rows
    : rows.filter(row => !folders.some(folder => folder !== row && liesIn(row, folder)))
}

/**
 * Chooses the target for a job; null if it is everything. Throws an error for more folders than a
 * job takes.
 */
export function selectorsOf(target: Target): JobSelectors | null {
  if ('filter' in target)
    return target.filter && [target.filter]
  const rows = withoutCovered(target.rows)
  const selectors: JobSelectors = rows.flatMap(row => row.kind === 'folder' ? [{ prefix: row.prefix }] : [])
  const keys = rows.flatMap(row => row.kind === 'entry' ? [row.entry.key] : [])
  for (let from = 0; from < keys.length; from += limits.jobKeys)
    selectors.push({ keys: keys.slice(from, from + limits.jobKeys) })
  if (selectors.length > limits.jobSelectors)
    throw new Error(`Select at most ${limits.jobSelectors - 1} folders at once, or filter by what they have in common.`)
  return selectors
}
