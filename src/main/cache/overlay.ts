import type { Departure } from './departures'
import type { StoredEntry } from './store'
import type { EntryTable } from './table'
import { missReasonOf } from './departures'

/** A table whose changes lie over another one, which does not see them until `commit`. */
interface Overlay extends EntryTable {
  /** Replays every change, in order, on the table below. */
  commit: () => void
}

/**
 * What an atomic batch works on. Nothing below changes while its steps run, so there is nothing to
 * undo when one fails: order, statistics, events and journal cannot tell that it ever began.
 */
export function createOverlay(below: EntryTable): Overlay {
  /** Keys that the batch changed: the entry as it would be, or why it would be gone. */
  const changed = new Map<string, StoredEntry | Departure>()
  const replay: (() => void)[] = []

  function find(key: string): StoredEntry | undefined {
    const above = changed.get(key)
    if (above === undefined)
      return below.find(key)
    return typeof above === 'string' ? undefined : above
  }

  /** Notes a change of an entry that is there; when its turn comes, it is looked up anew. */
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
 * What a store shows is a window on its memory, whose fields are not its own. Nothing below
 * changes, so the value need not be copied.
 */
function copyOf(entry: StoredEntry): StoredEntry {
  const { key, value, size, contentType, tags, kind, flags, version, hits } = entry
  const { usedAt, storedAt, ttl, grace, freshUntil, graceUntil, skew } = entry
  const times = { usedAt, storedAt, ttl, grace, freshUntil, graceUntil, skew }
  return { key, value, size, contentType, tags, kind, flags, version, hits, ...times }
}
