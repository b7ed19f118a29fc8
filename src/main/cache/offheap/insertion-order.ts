/** Slots of a store, as a list by insertion number sees them. */
export interface NumberedSlots {
  readonly size: number
  /** All slots in use lie below. */
  readonly top: number
  /** Grows with every insertion, from 1; 0 for a free slot. */
  sequenceOf: (slot: number) => number
}

const fewest = 1024

/**
 * Slots in order of insertion, up to the insertion `last`, without a link between them: each pass over the numbers picks out those of
 * the next window, some sixty-fourth of all, and sorts them. That is 64 passes of a millisecond for a list of a million, which takes
 * longer to send, and nothing for entries that nobody lists. What is freed meanwhile is not shown; slots that are taken
 * anew have later numbers.
 */
export function* insertionOrder(slots: NumberedSlots, last: number): Generator<number> {
  let after = 0
  let width = 0
  while (after < last) {
    const wanted = Math.max(fewest, slots.size >>> 6)
    // From the next that there is, as dense as they are on average, until a window proves that wrong.
    const next = nextAfter(slots, after)
    if (next > last)
      return
    width ||= Math.ceil(wanted * (last - next + 1) / Math.max(1, slots.size))
    let window = numbersUpTo(slots, next, Math.min(last, next + width - 1))
    while (window.length > 4 * wanted) {
      width = Math.ceil(width / 4)
      window = numbersUpTo(slots, next, Math.min(last, next + width - 1))
    }
    after = next + width - 1
    if (window.length < wanted / 2)
      width *= 2
    for (const { slot, sequence } of window) {
      if (slot < slots.top && slots.sequenceOf(slot) === sequence)
        yield slot
    }
  }
}

/** The lowest number above; Infinity when there is none. */
function nextAfter(slots: NumberedSlots, after: number): number {
  let next = Infinity
  for (let slot = 0; slot < slots.top; slot++) {
    const sequence = slots.sequenceOf(slot)
    if (sequence > after && sequence < next)
      next = sequence
  }
  return next
}

function numbersUpTo(slots: NumberedSlots, first: number, last: number): { slot: number, sequence: number }[] {
  const window: { slot: number, sequence: number }[] = []
  for (let slot = 0; slot < slots.top; slot++) {
    const sequence = slots.sequenceOf(slot)
    if (sequence >= first && sequence <= last)
      window.push({ slot, sequence })
  }
  return window.sort((a, b) => a.sequence - b.sequence)
}
