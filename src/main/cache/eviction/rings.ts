import type { PolicyMemory } from './policy'

/** Stands for no slot. */
export const none = -1
/** How many used slots one search for a victim passes by. */
export const patience = 1000

/**
 * Circular doubly linked lists over slots, two 32-bit links each. A slot is in one ring at most, so
 * any number of rings shares the same two columns. Each is in order of appending, closed by a node
 * of its own: a slot can leave its ring without telling which it is.
 */
interface Rings {
  readonly bytes: number
  reserve: (capacity: number) => void
  /** First of the ring; -1 when it is empty. */
  oldest: (ring: number) => number
  /** Last of the ring; -1 when it is empty. */
  newest: (ring: number) => number
  /** The next of the same ring; -1 after the newest. */
  newer: (slot: number) => number
  append: (ring: number, slot: number) => void
  remove: (slot: number) => void
  /** Empties all rings. */
  clear: () => void
  /**
   * From oldest to newest; the slot that was given last may leave the ring, or move to another,
   * meanwhile.
   */
  slots: (ring: number) => IteratorObject<number>
}

/**
 * Slots lie below; the node that closes ring n is this + n: a small integer to V8 wherever it runs.
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
