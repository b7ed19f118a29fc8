import type { Outlook } from '../store'
import type { Slots } from './slots'

/**
 * Goes through the entries in the order of their eviction and adds up what each of them frees.
 * Tags are taken to go in proportion.
 */
export function createOutlook(slots: Slots, entries: number, demand: number): Outlook {
  const log = slots.log.outlook()
  const rest = slots.outlook()
  const others = demand - log.demand()
  let order: number[] | undefined
  let gone = 0
  return {
    get size() {
      return entries - gone
    },
    get demand() {
      return gone < entries ? log.demand() + others - rest.freed() - slots.tags.freedAt(1 - gone / entries) : 0
    },
    evictOne() {
      // A copy, because entries may come and go before the next call.
      order ??= [...slots.policy.order()]
      const slot = order[gone++]
      if (slot === undefined || slots.sequenceOf(slot) === 0)
        return
      log.drop(slots.entry(slot))
      rest.free(slot)
    },
  }
}
