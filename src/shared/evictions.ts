import { namesOf } from './rows'

/**
 * Which entry of a cache goes first when a limit is reached, by name, with what people read. The
 * policy itself is a file of `main/cache/eviction/`.
 */
export const evictions = {
  lru: 'Least recently used',
  lfu: 'Least frequently used',
  sieve: 'SIEVE: not used since the last pass',
} as const

export type EvictionName = keyof typeof evictions
export const evictionNames = namesOf(evictions)
