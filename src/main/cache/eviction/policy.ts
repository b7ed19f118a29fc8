import type { Column, ColumnType } from '../offheap/columns'
import { createColumn } from '../offheap/columns'
import { createLfu } from './lfu'
import { createLru } from './lru'
import { createSieve } from './sieve'

/**
 * Decides which entry of a cache goes when a limit is passed. Knows entries by their slot alone: a whole number from 0 to 2^29 - 1
 * below the reserved capacity. All calls are O(1).
 *
 * The caller keeps the books: `add` for slots that are not there, `use` and `remove` for slots that are.
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
   * Next to go; -1 when empty. Asking twice gives the same answer. Never the slot added or used last while there is another: a write
   * must not push itself out.
   */
  victim: () => number
  clear: () => void
  /**
   * All slots from the next to go on, in the order in which they would go if nothing else happened (`lfu`, `sieve`: as long as no 1,000
   * in a row have been used). The policy must not change meanwhile.
   */
  order: () => IteratorObject<number>
}

export type EvictionName = 'lru' | 'lfu' | 'sieve'

/** Makes the columns that a policy keeps its links and marks in. */
export type ColumnMaker = (type: ColumnType) => Column

const policies = { lru: createLru, lfu: createLfu, sieve: createSieve } satisfies Record<EvictionName, (column: ColumnMaker) => EvictionPolicy>

export function createEviction(name: EvictionName, column: ColumnMaker = type => createColumn(type)): EvictionPolicy {
  return policies[name](column)
}
