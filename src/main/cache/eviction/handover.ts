import type { EvictionPolicy, PolicyMemory } from './policy'
import { none } from './rings'

/** One policy takes over from another, slot by slot, while the cache goes on. */
interface Handover {
  /** Both as one: each slot is with one of them. */
  both: EvictionPolicy
  /**
   * Hands over the next slots to go, so many at most; false when none is left with the earlier
   * policy.
   */
  move: (count: number) => boolean
}

/**
 * A million slots change their policy in slices: each call is O(1), as a policy's own are.
 *
 * What has been handed over would go before all that has not. So what is added or used meanwhile
 * stays with the earlier policy, or comes back to it: it would be the first to go otherwise.
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
