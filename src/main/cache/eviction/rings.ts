import type { PolicyMemory } from './policy'

/** No slot. */
export const none = -1
/** How many used slots a search for a victim passes over. */
export const patience = 1000

/**
 * Circular doubly linked lists of slots with two 32-bit links per slot. A slot is in at most one
 * ring, so any number of rings shares the same two columns. Each ring is in order of appending and
 * is closed by a node of its own, so a slot can be removed without naming its ring.
 */
interface Rings {
  readonly bytes: number
  reserve: (capacity: number) => void
  /** First slot of the ring; -1 if the ring is empty. */
  oldest: (ring: number) => number
  /** Last slot of the ring; -1 if the ring is empty. */
  newest: (ring: number) => number
  /** The next slot of the same ring; -1 after the newest. */
  newer: (slot: number) => number
  append: (ring: number, slot: number) => void
  /** Makes the slot the oldest of the ring. */
  prepend: (ring: number, slot: number) => void
  remove: (slot: number) => void
  /** Empties all rings. */
  clear: () => void
  /**
   * The slots from oldest to newest. The slot that was yielded last may leave the ring, or move to
   * another, during the iteration.
   */
  slots: (ring: number) => IteratorObject<number>
}

/**
 * Slots are below this number; the node that closes ring n is this + n, which V8 represents as a
 * small integer on all platforms.
 */
const closing = 2 ** 29

export function createRings(count: number, createLinks: PolicyMemory['createLinks']): Rings {
  const newer = createLinks()
  const older = createLinks()
  /** The links of the closing nodes. */
  const first = new Uint32Array(count)
  const last = new Uint32Array(count)

  function link(left: number, right: number): void {
    if (left < closing)
      newer.set(left, right)
    else
      first[left - closing] = right
    if (right < closing)
      older.set(right, left)
    else
      last[right - closing] = left
  }

  function clear(): void {
    for (let ring = 0; ring < count; ring++)
      link(closing + ring, closing + ring)
  }

  function slotOf(node: number | undefined): number {
    return node === undefined || node >= closing ? none : node
  }

  clear()
  return {
    get bytes() {
      return newer.bytes + older.bytes + first.byteLength + last.byteLength
    },
    reserve(capacity) {
      newer.reserve(capacity)
      older.reserve(capacity)
    },
    oldest: ring => slotOf(first[ring]),
    newest: ring => slotOf(last[ring]),
    newer: slot => slotOf(newer.get(slot)),
    append(ring, slot) {
      const end = closing + ring
      link(last[ring] ?? end, slot)
      link(slot, end)
    },
    prepend(ring, slot) {
      const end = closing + ring
      link(slot, first[ring] ?? end)
      link(end, slot)
    },
    remove: slot => link(older.get(slot), newer.get(slot)),
    clear,
    * slots(ring) {
      for (let slot = slotOf(first[ring]), next = none; slot !== none; slot = next) {
        next = slotOf(newer.get(slot))
        yield slot
      }
    },
  }
}
