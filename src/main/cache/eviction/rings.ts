import type { ColumnMaker } from './policy'

/** Stands for no slot. */
export const none = -1

/**
 * Circular doubly linked lists over slots, two 32-bit links each. A slot is in one ring at most, so any number of rings shares the
 * same two columns, and a ring itself is no more than the slot that it starts with. Each is in order of appending.
 */
export interface Rings {
  readonly bytes: number
  reserve: (capacity: number) => void
  /** First of the ring; -1 when it is empty. */
  oldest: (ring: number) => number
  /** Last of the ring; -1 when it is empty. */
  newest: (ring: number) => number
  /** The next of the same ring; after the newest comes the oldest. */
  newer: (slot: number) => number
  append: (ring: number, slot: number) => void
  remove: (ring: number, slot: number) => void
  /** Empties all rings. */
  clear: () => void
  /** From oldest to newest; the ring must not change meanwhile. */
  slots: (ring: number) => IteratorObject<number>
}

export function createRings(count: number, createColumn: ColumnMaker): Rings {
  const newer = createColumn('u32')
  const older = createColumn('u32')
  const first = new Int32Array(count).fill(none)

  function oldest(ring: number): number {
    return first[ring] ?? none
  }

  function newest(ring: number): number {
    const start = oldest(ring)
    return start === none ? none : older.get(start)
  }

  function link(left: number, right: number): void {
    newer.set(left, right)
    older.set(right, left)
  }

  return {
    get bytes() {
      return newer.bytes + older.bytes + first.byteLength
    },
    reserve(capacity) {
      newer.reserve(capacity)
      older.reserve(capacity)
    },
    oldest,
    newest,
    newer: slot => newer.get(slot),
    append(ring, slot) {
      const start = oldest(ring)
      if (start === none) {
        first[ring] = slot
        link(slot, slot)
        return
      }
      link(older.get(start), slot)
      link(slot, start)
    },
    remove(ring, slot) {
      const next = newer.get(slot)
      link(older.get(slot), next)
      if (oldest(ring) === slot)
        first[ring] = next === slot ? none : next
    },
    clear: () => void first.fill(none),
    * slots(ring) {
      const start = oldest(ring)
      if (start === none)
        return
      let slot = start
      do {
        yield slot
        slot = newer.get(slot)
      } while (slot !== start)
    },
  }
}
