import type { EvictionPolicy, PolicyMemory } from '../../src/main/cache/eviction/policy'
import type { EvictionName } from '../../src/shared/evictions'
import { createEviction } from '../../src/main/cache/eviction/policies'
import { createColumn } from '../../src/main/cache/offheap/columns'

/** Memory of policies without a store, which has no records to keep their marks in. */
export function createPolicyMemory(pageBits?: number): PolicyMemory {
  const marks: number[] = []
  return {
    createLinks: () => createColumn('u32', pageBits),
    marks: {
      get: slot => marks[slot] ?? 0,
      set: (slot, mark) => void (marks[slot] = mark),
    },
  }
}

export function createPolicyAlone(name: EvictionName, pageBits?: number): EvictionPolicy {
  return createEviction(name, createPolicyMemory(pageBits))
}
