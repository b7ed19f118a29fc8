import type { Departure } from './departures'
import type { StoredEntry } from './store'
import type { EntryTable } from './table'
import { missReasonOf } from './departures'

/** A table that keeps its changes to itself until `commit` applies them to the table below. */
interface Overlay extends EntryTable {
  /** Replays every change, in order, on the table below. */
  commit: () => void
}

/**
 * The table that an atomic batch works on. Nothing below changes while the steps run, so there is
 * nothing to undo if one fails: order, statistics, events and journal are as if the batch had never
 * begun.
 */
export function createOverlay(below: EntryTable): Overlay {
  /**
   * Keys that the batch changed, each with the entry as it would be or the reason why it would be
   * gone.
   */
  const changed = new Map<string, StoredEntry | Departure>()
  const replay: (() => void)[] = []

  function find(key: string): StoredEntry | undefined {
    const above = changed.get(key)
    if (above === undefined)
      return below.find(key)
    return typeof above === 'string' ? undefined : above
  }

  /**
   * Records a change of an existing entry; the entry is looked up again when the change is
   * replayed.
   */
  function later(key: string, change: (entry: StoredEntry) => void): void {
    replay.push(() => {
      const entry = below.find(key)
      if (entry)
        change(entry)
    })
  }

  return {
    find,
    reasonOf(key) {
      const above = changed.get(key)
      return typeof above === 'string' ? missReasonOf[above] : below.reasonOf(key)
    },
    forget(key) {
      changed.set(key, 'dropped')
      replay.push(() => below.forget(key))
    },
    put(key, existing, fields, at) {
      changed.set(key, {
        ...fields,
        ...fields.lifetime,
        key,
        size: fields.value.length,
        hits: existing?.hits ?? 0,
        usedAt: at,
      })
      replay.push(() => below.put(key, below.find(key), fields, at))
    },
    remove({ key }, departure) {
      changed.set(key, departure)
      later(key, entry => below.remove(entry, departure))
    },
    slide(entry, lifetime) {
      changed.set(entry.key, { ...copyOf(entry), ...lifetime })
      later(entry.key, found => below.slide(found, lifetime))
    },
    retime(entry, lifetime) {
      changed.set(entry.key, { ...copyOf(entry), ...lifetime })
      later(entry.key, found => below.retime(found, lifetime))
    },
    use(entry, at) {
      changed.set(entry.key, { ...copyOf(entry), hits: entry.hits + 1 })
      later(entry.key, found => below.use(found, at))
    },
    settle() {
      // Room is made once, after the commit: an eviction in between could take what a later step
      // still needs.
    },
    commit: () => replay.forEach(change => change()),
  }
}

/**
 * An entry from a store is a view of the store's memory, so spreading it would not copy its fields.
 * Nothing below changes, so the value need not be copied.
 */
function copyOf(entry: StoredEntry): StoredEntry {
  const { key, value, size, contentType, tags, kind, flags, version, hits } = entry
  const { usedAt, storedAt, ttl, grace, freshUntil, graceUntil, skew } = entry
  const times = { usedAt, storedAt, ttl, grace, freshUntil, graceUntil, skew }
  return { key, value, size, contentType, tags, kind, flags, version, hits, ...times }
}
