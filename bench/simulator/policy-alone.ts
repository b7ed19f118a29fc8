import type { EvictionName, EvictionPolicy } from '../../src/main/cache/eviction/policy'
import { createEviction } from '../../src/main/cache/eviction/policies'
import { createColumn } from '../../src/main/cache/offheap/columns'

/** A policy without a store: there are no records that its marks could stand in. */
export function createPolicyAlone(name: EvictionName, pageBits?: number): EvictionPolicy {
  const marks: number[] = []
  return createEviction(name, {
    createLinks: () => createColumn('u32', pageBits),
    marks: {
      get: slot => marks[slot] ?? 0,
      set: (slot, mark) => void (marks[slot] = mark),
    },
  })
}
