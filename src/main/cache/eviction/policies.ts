import type { EvictionName } from '@shared/evictions'
import type { EvictionPolicy, PolicyMemory } from './policy'
import { createLfu } from './lfu'
import { createLru } from './lru'
import { createSieve } from './sieve'

const policies: Readonly<Record<EvictionName, (memory: PolicyMemory) => EvictionPolicy>> = {
  lru: createLru,
  lfu: createLfu,
  sieve: createSieve,
}

export function createEviction(name: EvictionName, memory: PolicyMemory): EvictionPolicy {
  return policies[name](memory)
}
