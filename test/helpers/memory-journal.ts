import type { EntryJournal, PersistedEntry } from '../../src/main/cache/ports'

export interface MemoryJournal extends EntryJournal {
  /** The entries that a restart would find, by cache. */
  readonly kept: ReadonlyMap<string, ReadonlyMap<string, PersistedEntry>>
  /** The calls in order, as `put a`, `retime a`, `remove a`, `clear`. */
  readonly calls: string[]
}

/**
 * A journal in memory that outlives its engine, and checks that its caller observes the contract of
 * the port.
 */
export function createMemoryJournal(): MemoryJournal {
  const kept = new Map<string, Map<string, PersistedEntry>>()
  const calls: string[] = []
  let reading = 0

  function entriesOf(cacheId: string): Map<string, PersistedEntry> {
    if (reading > 0)
      throw new Error('The journal is written while it is read')
    const entries = kept.get(cacheId) ?? new Map<string, PersistedEntry>()
    kept.set(cacheId, entries)
    return entries
  }

  return {
    kept,
    calls,
    * load(cacheId) {
      reading++
      try {
        yield* [...kept.get(cacheId)?.values() ?? []]
      }
      finally {
        reading--
      }
    },
    put(cacheId, entry) {
      calls.push(`put ${entry.key}`)
      const entries = entriesOf(cacheId)
      entries.delete(entry.key)
      entries.set(entry.key, { ...entry, value: Buffer.from(entry.value) })
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
    flush: async () => {},
    health: () => 'ok',
    close: async () => {},
  }
}
