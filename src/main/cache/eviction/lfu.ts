import type { EvictionPolicy, PolicyMemory } from './policy'
import { createRings, none, patience } from './rings'

/** Ranks are counted modulo this number; there is one ring for each. */
const ranks = 32
/** More uses than this make no difference. */
const mostUses = 3
/** Added to the rank for each use. The weights are 1, 11, 21 and 31; the greatest just fits. */
const worth = 10

/**
 * Least frequently used with dynamic ageing: LFU-DA (M. Arlitt, L. Cherkasova, J. Dilley, R.
 * Friedrich, T. Jin: "Evaluating Content Management Techniques for Web Proxy Caches", HP
 * Laboratories HPL-98-173, 1999), with counters that saturate and lazy promotion.
 *
 * The cache has an age: the lowest rank of an entry in it. A new entry gets the rank age + 1, and
 * each use sets the rank to age + 1 + 10 × uses. The entry with the lowest rank goes first; among
 * equals, the one that joined its ring first. As entries go, the age rises and newer entries start
 * above it, so they overtake a former favourite, whose rank stays as it was.
 *
 * Uses are counted up to three. The paper counts without limit; then an entry that was used a
 * hundred times yesterday outlives all of today's entries. The limit makes forgetting fast, and it
 * keeps all ranks between the age and 31 above it. So 32 rings, one for each rank modulo 32, hold
 * the entries like the spokes of a wheel, whereas the paper needs a heap.
 *
 * A use records the new rank and leaves the entry where it is: a hit changes the entry's mark but
 * not the links of any neighbour. An entry is moved to the ring of its rank only when it would be
 * evicted otherwise (lazy promotion: J. Yang, Z. Qiu, Y. Zhang, Y. Yue, K. V. Rashmi: "FIFO Can Be
 * Better than LRU: the Power of Lazy Promotion and Quick Demotion", HotOS '23). Each step is O(1).
 * Finding a victim takes one more step for every entry used since the last search, but at most
 * 1,000; after that the next entry goes, used or not. 8 bytes a slot for two links, and a mark of
 * rank (5 bits) and uses (2). Figures: docs/decisions/0010-eviction.md.
 */
export function createLfu({ createLinks, marks }: PolicyMemory): EvictionPolicy {
  const rings = createRings(ranks, createLinks)
  let age = 0
  /** The slot that was added or used last. */
  let latest = none
  /** How many slots the search for this victim may still move. */
  let left = patience

  /** The mark of an entry that has just been used for the nth time. */
  function markOf(uses: number): number {
    return uses * ranks + (age + 1 + worth * uses) % ranks
  }

  function rankOf(slot: number): number {
    return marks.get(slot) % ranks
  }

  /**
   * Returns the first slot of the ring that may go, -1 if there is none. Slots before it that
   * belong to other rings are moved there.
   */
  function firstOf(ring: number): number {
    for (let slot = rings.oldest(ring), next = none; slot !== none; slot = next) {
      next = rings.newer(slot)
      const rank = rankOf(slot)
      if (rank !== ring && left > 0) {
        left--
        rings.remove(slot)
        rings.append(rank, slot)
      }
      else if (slot !== latest) {
        // Out of patience: the uses of this slot are forgotten, so that the next call gives the
        // same answer.
        if (rank !== ring)
          marks.set(slot, ring)
        return slot
      }
    }
    return none
  }

  return {
    get bytes() {
      return rings.bytes
    },
    reserve: rings.reserve,
    add(slot) {
      marks.set(slot, markOf(0))
      rings.append(rankOf(slot), slot)
      latest = slot
    },
    // At the age itself: below every slot that is new or has been used.
    addOldest(slot) {
      const ring = age % ranks
      marks.set(slot, ring)
      rings.prepend(ring, slot)
    },
    use(slot) {
      latest = slot
      const uses = Math.floor(marks.get(slot) / ranks)
      marks.set(slot, markOf(Math.min(mostUses, uses + 1)))
    },
    remove(slot) {
      rings.remove(slot)
      if (slot === latest)
        latest = none
    },
    victim() {
      left = patience
      for (let looked = 0, above = 0; looked < ranks; looked++) {
        const ring = (age + above) % ranks
        const slot = firstOf(ring)
        if (slot !== none)
          return slot
        if (above === 0 && rings.oldest(ring) === none)
          age = (age + 1) % ranks
        else
          above++
      }
      return latest
    },
    clear() {
      rings.clear()
      latest = none
    },
    * order() {
      /** By rank: slots that will be moved to the ring of this rank before its turn comes. */
      const moved = Array.from({ length: ranks }, (): number[] => [])
      for (let above = 0; above < ranks; above++) {
        const ring = (age + above) % ranks
        for (const slot of rings.slots(ring)) {
          const rank = rankOf(slot)
          if (rank !== ring)
            moved[rank]?.push(slot)
          else if (slot !== latest)
            yield slot
        }
        yield* moved[ring]?.filter(slot => slot !== latest) ?? []
      }
      if (latest !== none)
        yield latest
    },
  }
}
