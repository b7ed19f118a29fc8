import { namesOf } from './rows'

/**
 * Eviction policies by name, with the text that people read: which entry of a cache goes first when
 * a limit is reached. Each policy is implemented in a file of `main/cache/eviction/`.
 */
export const evictions = {
  lru: 'Least recently used',
  lfu: 'Least frequently used',
  sieve: 'SIEVE: not used since the last pass',
} as const

export type EvictionName = keyof typeof evictions
export const evictionNames = namesOf(evictions)
