import type { EvictionPolicy, PolicyMemory } from './policy'
import { createRings, none, patience } from './rings'

/**
 * SIEVE (Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi: "SIEVE is Simpler than LRU", NSDI
 * '24).
 *
 * Slots stay in the order in which they were added; a use only sets the slot's visited bit. A hand
 * walks from the oldest to the newest and round again: it clears the bits that it meets, and the
 * first slot without one is the next to go. Because the hand goes on where it took the last victim,
 * what came after it – new entries nobody has asked for twice – is tried early, while what was in
 * use stays for a whole round. 8 bytes a slot, and a bit of its mark.
 *
 * The hand passes at most 1,000 visited slots in one go and then takes the next in any case. In a
 * cache where everything was in use it would walk round all of a million entries otherwise, for 400
 * ms.
 *
 * The paper makes room before it adds. Here the new entry is there already and the hand steps over
 * it: the victims are the same. The hand moves when it is asked, and then rests on its answer until
 * that slot is used or goes.
 */
export function createSieve({ createLinks, marks: visited }: PolicyMemory): EvictionPolicy {
  const queue = 0
  const rings = createRings(1, createLinks)
  let hand = none
  /** The slot added or used last. */
  let latest = none

  /** The next in the round. */
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

  /** One round from this slot on. */
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
