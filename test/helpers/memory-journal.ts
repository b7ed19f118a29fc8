import type { EntryJournal, JournalEntry, JournalPage } from '../../src/main/cache/ports'

export interface MemoryJournal extends EntryJournal {
  /** The entries that a restart would find, by cache. */
  readonly kept: ReadonlyMap<string, ReadonlyMap<string, JournalEntry>>
  /** The calls in order, as `put a`, `retime a`, `remove a`, `clear`. */
  readonly calls: string[]
}

/**
 * A journal in memory that outlives its engine. Everything is written at once.
 */
export function createMemoryJournal(): MemoryJournal {
  const kept = new Map<string, Map<string, JournalEntry>>()
  const calls: string[] = []
  let position = 0

  function entriesOf(cacheId: string): Map<string, JournalEntry> {
    const entries = kept.get(cacheId) ?? new Map<string, JournalEntry>()
    kept.set(cacheId, entries)
    return entries
  }

  function page(cacheId: string, below: number, most: number): JournalPage {
    const entries = [...kept.get(cacheId)?.values() ?? []]
      .filter(entry => entry.position < below)
      .reverse()
      .slice(0, most)
    const left = entries.values()
    return {
      take: () => left.next().value,
      next: entries.length < most ? null : entries.at(-1)?.position ?? null,
    }
  }

  return {
    kept,
    calls,
    page,
    pageLater: async (...given) => page(...given),
    oldest: cacheId => kept.get(cacheId)?.values().next().value?.position ?? null,
    find: (cacheId, key) => kept.get(cacheId)?.get(key),
    put(cacheId, entry) {
      calls.push(`put ${entry.key}`)
      const entries = entriesOf(cacheId)
      entries.delete(entry.key)
      entries.set(entry.key, { ...entry, value: Buffer.from(entry.value), position: ++position })
    },
    retime(cacheId, key, freshUntil, graceUntil, ttl) {
      calls.push(`retime ${key}`)
      const entry = entriesOf(cacheId).get(key)
      if (entry)
        entriesOf(cacheId).set(key, { ...entry, freshUntil, graceUntil, ttl })
    },
    remove(cacheId, key) {
      calls.push(`remove ${key}`)
      entriesOf(cacheId).delete(key)
    },
    clear(cacheId) {
      calls.push('clear')
      entriesOf(cacheId).clear()
    },
    isBehind: () => false,
    room: async () => {},
    commit: () => undefined,
    flush: async () => {},
    health: () => 'ok',
    close: async () => {},
  }
}
