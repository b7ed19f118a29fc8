import type { EntryJournal, PersistedEntry } from '../../src/main/cache/ports'

/** What a start would find in a journal, page by page: the oldest write first. */
export function journalEntries(journal: EntryJournal, cacheId: string, most = 2): PersistedEntry[] {
  const found: PersistedEntry[] = []
  for (let below: number | null = Number.MAX_SAFE_INTEGER; below !== null;) {
    const page: ReturnType<EntryJournal['page']> = journal.page(cacheId, below, most)
    found.push(...page.entries.map(({ position: _, ...entry }) => entry))
    below = page.next
  }
  return found.reverse()
}
