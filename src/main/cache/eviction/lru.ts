import type { EvictionPolicy, PolicyMemory } from './policy'
import { createRings } from './rings'

const queue = 0

/**
 * Exact least recently used: one ring in order of use. A use moves the slot to the end; the first
 * slot is the next to go. 8 bytes a slot.
 */
export function createLru({ createLinks }: PolicyMemory): EvictionPolicy {
  const rings = createRings(1, createLinks)

  return {
    get bytes() {
      return rings.bytes
    },
    reserve: rings.reserve,
    add: slot => rings.append(queue, slot),
    addOldest: slot => rings.prepend(queue, slot),
    use(slot) {
      if (slot === rings.newest(queue))
        return
      rings.remove(slot)
      rings.append(queue, slot)
    },
    remove: rings.remove,
    victim: () => rings.oldest(queue),
    clear: rings.clear,
    order: () => rings.slots(queue),
  }
}
