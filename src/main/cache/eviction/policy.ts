import type { Column } from '../offheap/columns'

/**
 * Decides which entry of a cache goes when a limit is passed. Knows entries by their slot alone: a
 * whole number from 0 to 2^29 - 1 below the reserved capacity. All calls are O(1).
 *
 * The caller keeps the books: `add` for slots that are not there, `use` and `remove` for slots that
 * are.
 */
export interface EvictionPolicy {
  /** Memory held. */
  readonly bytes: number
  /** Makes room for the slots below `capacity`; never shrinks. */
  reserve: (capacity: number) => void
  add: (slot: number) => void
  /** The entry was read or written. */
  use: (slot: number) => void
  remove: (slot: number) => void
  /**
   * Next to go; -1 when empty. Asking twice gives the same answer. Never the slot added or used
   * last while there is another: a write must not push itself out.
   */
  victim: () => number
  clear: () => void
  /**
   * All slots from the next to go on, in the order in which they would go if nothing else happened
   * (`lfu`, `sieve`: as long as no 1,000 in a row have been used). The policy must not change
   * meanwhile.
   */
  order: () => IteratorObject<number>
}

/** A number of 7 bits for every slot that is there, 0 when it comes. */
export type Marks = Pick<Column, 'get' | 'set'>

/** Where a policy keeps what it knows of the slots. */
export interface PolicyMemory {
  /** A column of 32 bits. */
  createLinks: () => Column
  /** Lives beside the entries and grows with them: a use looks at nothing else. */
  marks: Marks
}
