import type { ServerRow } from './rows'

const natural = new Intl.Collator('en', { numeric: true })

const nameOf = (row: ServerRow): string => row.kind === 'folder' ? row.prefix : row.entry.key

/**
 * Folders, then entries, each with their numbers in order: `10:` before `109:`. For a level of the
 * tree that is here as a whole; the server sorts bytes, where `109:` comes before `10:`.
 */
export function inNaturalOrder(rows: readonly ServerRow[], order: 'asc' | 'desc'): ServerRow[] {
  const sign = order === 'asc' ? 1 : -1
  return [...rows].sort((a, b) =>
    a.kind === b.kind ? sign * natural.compare(nameOf(a), nameOf(b)) : a.kind === 'folder' ? -1 : 1)
}
