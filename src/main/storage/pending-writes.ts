import type { PersistedEntry } from '../cache/ports'

interface Times { freshUntil: number | null, graceUntil: number | null, ttl: number | null }

/** The change that is still to be written for one key. */
export type PendingChange =
  | { type: 'put', entry: PersistedEntry }
  | { type: 'retime', times: Times }
  | { type: 'remove' }

interface PendingCache {
  /** Everything that was there before these changes is deleted. */
  cleared: boolean
  /** In the order in which they must be written. */
  changes: Map<string, PendingChange>
}

/** Changes to be written to the disk, by cache id. */
export type PendingBatch = ReadonlyMap<string, Readonly<PendingCache>>

export interface PendingWrites {
  readonly isEmpty: boolean
  /** Approximate number of bytes held back. */
  readonly bytes: number
  /** Keys with a change. */
  readonly count: number
  /** Whether there is a change of this entry alone. */
  has: (cacheId: string, key: string) => boolean
  isCleared: (cacheId: string) => boolean
  put: (cacheId: string, entry: PersistedEntry) => void
  retime: (cacheId: string, key: string, times: Times) => void
  remove: (cacheId: string, key: string) => void
  /** Drops what is pending for a key that the disk does not have. */
  forget: (cacheId: string, key: string) => void
  clear: (cacheId: string) => void
  /**
   * Removes and returns the first changes, by cache id: about `most` bytes, and at least one
   * change.
   */
  take: (most: number) => Map<string, PendingCache>
}

/** Bytes that a change costs in V8 besides its key and value: map slot, objects, numbers. */
const overheads = { put: 400, retime: 250, remove: 120 } as const

/**
 * Writes that are held back, folded so that only the last state of each key is left: a key that
 * changes a thousand times between two flushes is written once.
 */
export function createPendingWrites(): PendingWrites {
  const caches = new Map<string, PendingCache>()
  let bytes = 0
  let count = 0

  function of(cacheId: string): PendingCache {
    let pending = caches.get(cacheId)
    if (!pending)
      caches.set(cacheId, pending = { cleared: false, changes: new Map() })
    return pending
  }

  function drop({ changes }: PendingCache, key: string): void {
    const old = changes.get(key)
    if (old && changes.delete(key)) {
      bytes -= costOf(key, old)
      count--
    }
  }

  function append(pending: PendingCache, key: string, change: PendingChange): void {
    // Deleted first: a Map keeps the position of an existing key, but the order must be that of the
    // last write.
    drop(pending, key)
    pending.changes.set(key, change)
    bytes += costOf(key, change)
    count++
  }

  return {
    get isEmpty() {
      return caches.size === 0
    },
    get bytes() {
      return bytes
    },
    get count() {
      return count
    },
    has: (cacheId, key) => caches.get(cacheId)?.changes.has(key) === true,
    isCleared: cacheId => caches.get(cacheId)?.cleared === true,
    put: (cacheId, entry) => append(of(cacheId), entry.key, { type: 'put', entry }),
    retime(cacheId, key, times) {
      const pending = of(cacheId)
      const old = pending.changes.get(key)
      if (old?.type === 'put')
        pending.changes.set(key, { type: 'put', entry: { ...old.entry, ...times } })
      else if (old?.type !== 'remove' && !(pending.cleared && !old))
        append(pending, key, { type: 'retime', times })
    },
    remove(cacheId, key) {
      const pending = of(cacheId)
      if (pending.cleared)
        drop(pending, key)
      else
        append(pending, key, { type: 'remove' })
    },
    forget(cacheId, key) {
      const pending = caches.get(cacheId)
      if (pending)
        drop(pending, key)
    },
    clear(cacheId) {
      const pending = of(cacheId)
      for (const key of [...pending.changes.keys()])
        drop(pending, key)
      pending.cleared = true
    },
    take(most) {
      const taken = new Map<string, PendingCache>()
      let size = 0
      for (const [cacheId, pending] of caches) {
        const changes: PendingCache['changes'] = new Map()
        taken.set(cacheId, { cleared: pending.cleared, changes })
        // The rest comes after the other caches' changes, and after the clearing.
        caches.delete(cacheId)
        for (const [key, change] of pending.changes) {
          if (size >= most) {
            pending.cleared = false
            caches.set(cacheId, pending)
            break
          }
          changes.set(key, change)
          pending.changes.delete(key)
          count--
          size += costOf(key, change)
        }
        if (size >= most)
          break
      }
      bytes -= size
      return taken
    },
  }
}

function costOf(key: string, change: PendingChange): number {
  return overheads[change.type] + key.length + (change.type === 'put' ? change.entry.value.length : 0)
}
