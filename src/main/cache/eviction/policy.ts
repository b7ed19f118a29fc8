import type { Column } from '../offheap/columns'

/**
 * Decides which entry of a cache goes when a limit is exceeded. A policy knows entries only by
 * their slot: an integer from 0 to 2^29 - 1 below the reserved capacity. All calls are O(1).
 *
 * The caller keeps track: it calls `add` and `addOldest` only for slots that the policy does not
 * hold, `use` and `remove` only for slots that it does.
 */
export interface EvictionPolicy {
  /** Memory held. */
  readonly bytes: number
  /** Makes room for the slots below `capacity`; never shrinks. */
  reserve: (capacity: number) => void
  add: (slot: number) => void
  /** Adds a slot that goes before all others that nobody has used since they were added. */
  addOldest: (slot: number) => void
  /** The entry was read or written. */
  use: (slot: number) => void
  remove: (slot: number) => void
  /**
   * The next slot to go; -1 if there is none. Repeated calls give the same answer. Never the slot
   * that was added or used last while there is another one: a write must not evict its own entry.
   */
  victim: () => number
  clear: () => void
  /**
   * All slots, starting with the next to go, in the order in which they would go if nothing else
   * happened (`lfu`, `sieve`: as long as no 1,000 in a row have been used). The policy must not
   * change during the iteration.
   */
  order: () => IteratorObject<number>
}

/** A 7-bit number for every slot in use; 0 at first. */
export type Marks = Pick<Column, 'get' | 'set'>

/** Memory for what a policy knows about the slots. */
export interface PolicyMemory {
  /** A column of 32 bits. */
  createLinks: () => Column
  /** Stored with the entries and grows with them: a use accesses nothing else. */
  marks: Marks
}
