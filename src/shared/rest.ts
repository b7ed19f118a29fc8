/** The shortest TTL and grace, in seconds. */
const shortest = 0.001

/** With what an entry is stored again: seconds, and null for no expiry. */
interface Rest { ttl: number | null, grace: number }

/**
 * The rest of the life of an entry that has so many seconds left, below 0 when it is stale: then
 * its TTL is 0, and its grace is what is left of it. Null if its life is over.
 */
export function restOf({ ttl, grace }: Rest): Rest | null {
  if (ttl === null || ttl >= shortest)
    return { ttl, grace }
  const left = ttl + grace
  return left >= shortest ? { ttl: 0, grace: left } : null
}
