/**
 * TTL and grace, in seconds, with which an entry that was read is stored again as it is. A stale
 * one has no TTL left, and its grace has been running for as long as it has been stale.
 *
 * @param ttl what was left of it at the reading; below 0 = stale for so long; null = no expiry
 */
export function timesToStoreAgain(ttl: number | null, grace: number): { ttl: number | null, grace: number } {
  return ttl !== null && ttl <= 0 ? { ttl: 0, grace: grace + ttl } : { ttl, grace }
}
