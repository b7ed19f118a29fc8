import type { EvictionPolicy } from '../../src/main/cache/eviction/policy'

/**
 * Runs the requests through a cache of `capacity` entries (1 or more) in the same way as the store:
 * a hit is a use; a miss is added first, and then, if there is one entry too many, the policy's
 * victim is removed.
 *
 * @returns Number of hits.
 */
export function countHits(requests: Uint32Array, capacity: number, policy: EvictionPolicy): number {
  const absent = -1
  const slotOf = new Int32Array(requests.reduce((greatest, key) => Math.max(greatest, key), 0) + 1).fill(absent)
  const keyOf = new Uint32Array(capacity + 1)
  policy.reserve(capacity + 1)
  let size = 0
  let free = 0
  let hits = 0
  for (const key of requests) {
    const slot = slotOf[key] ?? absent
    if (slot !== absent) {
      policy.use(slot)
      hits++
      continue
    }
    slotOf[key] = free
    keyOf[free] = key
    policy.add(free)
    size++
    free = size
    if (size > capacity) {
      free = policy.victim()
      policy.remove(free)
      slotOf[keyOf[free] ?? 0] = absent
      size--
    }
  }
  return hits
}
