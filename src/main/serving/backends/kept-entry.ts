import type { Peek } from '../ports'

/**
 * An entry as a backend has it. `ttl` is what is left, negative if it is stale; `grace` is how long
 * past its TTL it may be served.
 */
export interface KeptEntry extends Omit<Peek, 'stale' | 'hits'> {
  /** The grace that a new TTL starts again; a soft invalidation lengthens only the other. */
  readonly givenGrace: number
}

export function isStale({ ttl }: KeptEntry): boolean {
  return ttl !== null && ttl <= 0
}
