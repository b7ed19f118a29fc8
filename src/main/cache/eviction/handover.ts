import type { EvictionPolicy, PolicyMemory } from './policy'
import { none } from './rings'

/** A transition from one policy to another, slot by slot, while the cache keeps working. */
interface Handover {
  /** Both policies as one: each slot belongs to one of them. */
  both: EvictionPolicy
  /**
   * Hands over at most this many slots, those that are next to go; false when the earlier policy
   * has none left.
   */
  move: (count: number) => boolean
}

/**
 * Moves even a million slots to another policy in slices: each call is O(1), like the calls of the
 * policies themselves.
 *
 * Slots that have been handed over are evicted before all others. So a slot that is added or used
 * during the transition stays with the earlier policy or returns to it; otherwise it would be
 * evicted first.
 */
export function createHandover(
  from: EvictionPolicy,
  to: EvictionPolicy,
  capacity: number,
  { createLinks }: Pick<PolicyMemory, 'createLinks'>,
): Handover {
  /** A bit for each slot: whether it has been handed over. */
  const handedOver = createLinks()

  function isHandedOver(slot: number): boolean {
    return (handedOver.get(slot >>> 5) >>> (slot & 31) & 1) === 1
  }

  function turn(slot: number): void {
    handedOver.set(slot >>> 5, handedOver.get(slot >>> 5) ^ 1 << (slot & 31))
  }

  /** Takes the slot away from the later policy, if it is there. */
  function takeBack(slot: number): boolean {
    if (!isHandedOver(slot))
      return false
    to.remove(slot)
    turn(slot)
    return true
  }

  function reserve(capacity: number): void {
    from.reserve(capacity)
    to.reserve(capacity)
    handedOver.reserve((capacity >>> 5) + 1)
  }

  reserve(capacity)
  return {
    both: {
      get bytes() {
        return from.bytes + to.bytes + handedOver.bytes
      },
      reserve,
      add: from.add,
      // What has been handed over goes first.
      addOldest(slot) {
        to.addOldest(slot)
        turn(slot)
      },
      use(slot) {
        if (takeBack(slot))
          from.add(slot)
        else
          from.use(slot)
      },
      remove(slot) {
        if (!takeBack(slot))
          from.remove(slot)
      },
      victim() {
        const first = to.victim()
        return first === none ? from.victim() : first
      },
      clear() {
        for (const slot of to.order())
          turn(slot)
        from.clear()
        to.clear()
      },
      * order() {
        yield* to.order()
        yield* from.order()
      },
    },
    move(count) {
      for (let left = count; left > 0; left--) {
        const slot = from.victim()
        if (slot === none)
          return false
        from.remove(slot)
        to.add(slot)
        turn(slot)
      }
      return true
    },
  }
}
