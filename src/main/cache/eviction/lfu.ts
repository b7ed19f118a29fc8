import type { ColumnMaker, EvictionPolicy } from './policy'
import { createRings, none } from './rings'

/** Ranks are counted modulo this, one ring each. */
const ranks = 32
/** More uses than this are not told apart. */
const mostUses = 3
/** What a use adds to the rank. Weights are 1, 11, 21 and 31: the greatest is the last that fits. */
const worth = 10

/**
 * Least frequently used with dynamic ageing: LFU-DA (M. Arlitt, L. Cherkasova, J. Dilley, R. Friedrich, T. Jin: "Evaluating Content
 * Management Techniques for Web Proxy Caches", HP Laboratories HPL-98-173, 1999), with counters that saturate.
 *
 * The cache has an age: the lowest rank of an entry in it. Arriving gives an entry the rank age + 1, and each use the rank
 * age + 1 + 10 × uses. The lowest rank goes first; of equals, the one that got it first. As entries go the age rises, newer ones
 * start above it, and a favourite of the past, whose rank stays as it was, is overtaken by them.
 *
 * Uses are counted up to three. The paper counts without limit; then what was asked for a hundred times yesterday outlives all
 * of today. The limit makes forgetting fast, and it puts all ranks between the age and 31 above it: 32 rings, one a rank modulo 32,
 * hold the entries like the spokes of a wheel, where the paper needs a heap. Every step is O(1). 9 bytes a slot: two links, and a
 * byte with ring (5 bits) and uses (2). Figures: docs/decisions/0010-eviction.md.
 */
export function createLfu(createColumn: ColumnMaker): EvictionPolicy {
  const rings = createRings(ranks, createColumn)
  const places = createColumn('u8')
  let age = 0
  /** The slot added or used last. */
  let latest = none

  /** Ring and uses of an entry that has just been used that often. */
  function placeOf(uses: number): number {
    return uses * ranks + (age + 1 + worth * uses) % ranks
  }

  function append(slot: number, uses: number): void {
    const place = placeOf(uses)
    places.set(slot, place)
    rings.append(place % ranks, slot)
    latest = slot
  }

  /** Returns how many uses it had. */
  function take(slot: number): number {
    const place = places.get(slot)
    rings.remove(place % ranks, slot)
    return Math.floor(place / ranks)
  }

  return {
    get bytes() {
      return rings.bytes + places.bytes
    },
    reserve(capacity) {
      rings.reserve(capacity)
      places.reserve(capacity)
    },
    add: slot => append(slot, 0),
    use(slot) {
      latest = slot
      // It has the highest rank already: most hits of a busy cache end here, without touching a link.
      if (places.get(slot) === placeOf(mostUses))
        return
      append(slot, Math.min(mostUses, take(slot) + 1))
    },
    remove(slot) {
      take(slot)
      if (slot === latest)
        latest = none
    },
    victim() {
      for (let empty = 0; empty < ranks && rings.oldest(age) === none; empty++)
        age = (age + 1) % ranks
      for (let above = 0; above < ranks; above++) {
        const oldest = rings.oldest((age + above) % ranks)
        if (oldest === none)
          continue
        const slot = oldest === latest ? rings.newer(oldest) : oldest
        if (slot !== latest)
          return slot
      }
      return latest
    },
    clear() {
      rings.clear()
      latest = none
    },
    * order() {
      for (let above = 0; above < ranks; above++) {
        for (const slot of rings.slots((age + above) % ranks)) {
          if (slot !== latest)
            yield slot
        }
      }
      if (latest !== none)
        yield latest
    },
  }
}
