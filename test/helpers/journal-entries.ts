import type { EntryJournal, JournalEntry, JournalPage, PersistedEntry } from '../../src/main/cache/ports'

export function entriesOf({ take }: JournalPage): JournalEntry[] {
  const found: JournalEntry[] = []
  for (let entry = take(); entry !== undefined; entry = take())
    found.push(entry)
  return found
}

/** What a start would find in a journal, page by page: the oldest write first. */
export function journalEntries(journal: EntryJournal, cacheId: string, most = 2): PersistedEntry[] {
  const found: PersistedEntry[] = []
  for (let below: number | null = Number.MAX_SAFE_INTEGER; below !== null;) {
    const page = journal.page(cacheId, below, most)
    found.push(...entriesOf(page).map(({ position: _, ...entry }) => entry))
    below = page.next
  }
  return found.reverse()
}
