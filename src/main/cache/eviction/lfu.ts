import type { EvictionPolicy, PolicyMemory } from './policy'
import { createRings, none, patience } from './rings'

/** Ranks are counted modulo this, one ring each. */
const ranks = 32
/** More uses than this are not told apart. */
const mostUses = 3
/**
 * What a use adds to the rank. Weights are 1, 11, 21 and 31: the greatest is the last that fits.
 */
const worth = 10

/**
 * Least frequently used with dynamic ageing: LFU-DA (M. Arlitt, L. Cherkasova, J. Dilley, R.
 * Friedrich, T. Jin: "Evaluating Content Management Techniques for Web Proxy Caches", HP
 * Laboratories HPL-98-173, 1999), with counters that saturate and lazy promotion.
 *
 * The cache has an age: the lowest rank of an entry in it. Arriving gives an entry the rank age +
 * 1, and each use the rank age + 1 + 10 × uses. The lowest rank goes first; of equals, the one that
 * came to its ring first. As entries go the age rises, newer ones start above it, and a favourite
 * of the past, whose rank stays as it was, is overtaken by them.
 *
 * Uses are counted up to three. The paper counts without limit; then what was asked for a hundred
 * times yesterday outlives all of today. The limit makes forgetting fast, and it puts all ranks
 * between the age and 31 above it: 32 rings, one a rank modulo 32, hold the entries like the spokes
 * of a wheel, where the paper needs a heap.
 *
 * A use writes the rank down and leaves the entry where it is: a hit changes its mark and no
 * neighbour's links. An entry is moved to the ring of its rank only when it would go otherwise
 * (lazy promotion: J. Yang, Z. Qiu, Y. Zhang, Y. Yue, K. V. Rashmi: "FIFO Can Be Better than LRU:
 * the Power of Lazy Promotion and Quick Demotion", HotOS '23). Each step is O(1); a victim's price
 * is one more for every entry used since, at most 1,000 at a time: then the next one goes, used or
 * not. 8 bytes a slot for two links, and a mark of rank (5 bits) and uses (2). Figures:
 * docs/decisions/0010-eviction.md.
 */
export function createLfu({ createLinks, marks }: PolicyMemory): EvictionPolicy {
  const rings = createRings(ranks, createLinks)
  let age = 0
  /** The slot added or used last. */
  let latest = none
  /** How many slots the search for this victim may still move. */
  let left = patience

  /** What is written down of an entry that has just been used that often. */
  function markOf(uses: number): number {
    return uses * ranks + (age + 1 + worth * uses) % ranks
  }

  function rankOf(slot: number): number {
    return marks.get(slot) % ranks
  }

  /**
   * The first of the ring that may go, -1 where there is none. Those before it that belong
   * elsewhere are moved there.
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
        // Out of patience: its uses are forgotten, so that the next question has the same answer.
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
      /** By rank: what will have been moved there when its turn comes. */
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
