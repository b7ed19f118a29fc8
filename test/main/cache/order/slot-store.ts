import type { Clock } from '../../../../src/main/base/clock'
import type { WatchedStore } from '../../../../src/main/cache/order/watched-store'
import type { StoredEntry } from '../../../../src/main/cache/store'
import { keyBytes } from '../../../helpers/key-bytes'

export interface Content { size: number, ttl: number, grace: number, tags: string[] }
type Slot = { -readonly [Field in keyof StoredEntry]: StoredEntry[Field] }

/**
 * A minimal store that numbers its entries and reuses freed numbers, the most recently freed one
 * first.
 */
export function createSlotStore(clock: Clock) {
  let slots: (Slot | undefined)[] = []
  let free: number[] = []
  const handles = new Map<string, number>()
  let version = 0

  function timesOf(ttl: number, grace: number): Pick<Slot, 'ttl' | 'grace' | 'freshUntil' | 'graceUntil' | 'skew'> {
    const freshUntil = clock.wall() + ttl
    return { ttl, grace, freshUntil, graceUntil: freshUntil + grace, skew: clock.wall() - clock.monotonic() }
  }

  const store = {
    get size() {
      return handles.size
    },
    get handles() {
      return slots.length
    },
    at: handle => slots[handle],
    keyAt: handle => (slots[handle] as Slot).key,
    comparerOf: key => handle => Buffer.compare(keyBytes((slots[handle] as Slot).key), keyBytes(key)),
    watcher: undefined,
    visitMortal(_, __, ___, visit) {
      slots.forEach(slot => slot && visit(slot))
      return true
    },
  } as WatchedStore

  return {
    store,
    handleOf: (key: string) => handles.get(key),
    keys: () => [...handles.keys()],
    entries: (): StoredEntry[] => slots.filter(slot => slot !== undefined),
    set(key: string, { size, tags, ttl, grace }: Content): void {
      const old = handles.get(key)
      const fields = {
        value: Buffer.alloc(0),
        size,
        tags,
        version: ++version,
        storedAt: clock.wall(),
        contentType: 'text/plain',
        kind: 'bytes' as const,
        flags: 0,
        ...timesOf(ttl, grace),
      }
      if (old !== undefined) {
        store.watcher?.changing(old)
        Object.assign(slots[old] as Slot, fields)
        store.watcher?.changed(old)
        return
      }
      const handle = free.pop() ?? slots.length
      slots[handle] = { key, hits: 0, usedAt: 0, sequence: version, ...fields } as Slot
      handles.set(key, handle)
      store.watcher?.inserted(handle)
    },
    remove(key: string): void {
      const handle = handles.get(key)
      if (handle === undefined)
        return
      store.watcher?.removing(handle)
      handles.delete(key)
      slots[handle] = undefined
      free.push(handle)
    },
    hit(key: string): void {
      change(key, slot => slot.hits++)
    },
    retime(key: string, ttl: number): void {
      change(key, slot => Object.assign(slot, timesOf(ttl, slot.grace)))
    },
    clear(): void {
      handles.clear()
      slots = []
      free = []
      store.watcher?.cleared()
    },
  }

  function change(key: string, by: (slot: Slot) => unknown): void {
    const handle = handles.get(key)
    if (handle === undefined)
      return
    store.watcher?.changing(handle)
    by(slots[handle] as Slot)
    store.watcher?.changed(handle)
  }
}
