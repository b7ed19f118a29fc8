import type { EvictionPolicy, PolicyMemory } from './policy'
import { createRings, none, patience } from './rings'

/**
 * SIEVE (Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi: "SIEVE is Simpler than LRU", NSDI
 * '24).
 *
 * Slots stay in the order in which they were added; a use only sets the visited bit of the slot. A
 * hand moves from the oldest slot to the newest and then starts over: it clears the bits on its
 * way, and the first slot without the bit is the next to go. Because the hand continues from its
 * last victim, the slots after it – new entries that nobody has used again – are tried early, while
 * used slots stay for a whole round. 8 bytes a slot, and one bit of its mark.
 *
 * The hand passes over at most 1,000 visited slots in one search and then takes the next slot in
 * any case. Otherwise it would go through a million entries in a cache where all of them have been
 * used, which takes 400 ms.
 *
 * The paper makes room before it adds an entry. Here the new entry has been added already and the
 * hand skips it: the victims are the same. The hand moves when `victim` is called, and then stays
 * at its answer until that slot is used or removed.
 */
export function createSieve({ createLinks, marks: visited }: PolicyMemory): EvictionPolicy {
  const queue = 0
  const rings = createRings(1, createLinks)
  let hand = none
  /** The slot that was added or used last. */
  let latest = none

  /** The next slot in the round. */
  function after(slot: number): number {
    const next = rings.newer(slot)
    return next === none ? rings.oldest(queue) : next
  }

  return {
    get bytes() {
      return rings.bytes
    },
    reserve: rings.reserve,
    add(slot) {
      rings.append(queue, slot)
      visited.set(slot, 0)
      latest = slot
      if (hand === none)
        hand = slot
    },
    addOldest(slot) {
      // A hand at the oldest slot has not passed this one yet.
      if (hand === none || hand === rings.oldest(queue))
        hand = slot
      rings.prepend(queue, slot)
      visited.set(slot, 0)
    },
    use(slot) {
      visited.set(slot, 1)
      latest = slot
    },
    remove(slot) {
      const next = after(slot)
      rings.remove(slot)
      if (slot === latest)
        latest = none
      if (slot !== hand)
        return
      if (next === slot)
        hand = none
      else
        hand = next === latest ? after(next) : next
    },
    victim() {
      if (hand === none || after(hand) === hand)
        return hand
      let left = patience
      while (hand === latest || (visited.get(hand) === 1 && left-- > 0)) {
        if (hand !== latest)
          visited.set(hand, 0)
        hand = after(hand)
      }
      visited.set(hand, 0)
      return hand
    },
    clear() {
      rings.clear()
      hand = latest = none
    },
    * order() {
      for (const wanted of [0, 1]) {
        for (const slot of from(hand)) {
          if (slot !== latest && visited.get(slot) === wanted)
            yield slot
        }
      }
      if (latest !== none)
        yield latest
    },
  }

  /** One round, starting at this slot. */
  function* from(start: number): Generator<number> {
    if (start === none)
      return
    let slot = start
    do {
      yield slot
      slot = after(slot)
    } while (slot !== start)
  }
}
