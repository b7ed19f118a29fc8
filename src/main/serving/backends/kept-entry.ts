import type { Peek } from '../ports'

/**
 * An entry as a backend has it. `ttl` is what is left, negative if it is stale; `grace` is how long
 * past its TTL it may be served.
 */
export type KeptEntry = Omit<Peek, 'stale' | 'hits'>

export function isStale({ ttl }: KeptEntry): boolean {
  return ttl !== null && ttl <= 0
}
