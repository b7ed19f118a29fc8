/** The slots of a store, as a list by insertion number sees them. */
interface NumberedSlots {
  readonly size: number
  /** All slots in use are below this number, which is at most 2^27. */
  readonly top: number
  /** Grows with every insertion, from 1; 0 for a free slot. */
  sequenceOf: (slot: number) => number
}

/** Not a slot, but a point where other work may have its turn. */
export const noSlot = -1
/** Slots to look at between two pauses: takes a fraction of a millisecond. */
const lookedAtOnce = 2 ** 16

const fewest = 1024
const slotRange = 2 ** 27
/** In a wider window a number and its slot would not fit into a double. */
const widest = 2 ** 26

/**
 * Slots in order of insertion, up to the insertion `last`, without links between them: each pass
 * over the numbers picks out those of the next window, about a sixty-fourth of all, and sorts them.
 * So a list of a million takes about 64 passes, with about half a second of CPU time spread over
 * it, and entries that nobody lists cost nothing. Slots that are freed in the meantime are not
 * shown; slots that are reused have later numbers. Yields a `noSlot` now and then, because a pass
 * over millions takes a while.
 */
export function* insertionOrder(slots: NumberedSlots, last: number): Generator<number> {
  const wanted = Math.max(fewest, slots.size >>> 6)
  const window = new Float64Array(4 * wanted)
  let { next } = yield* collect(slots, 0, 0, window)
  // Wide enough if the numbers are evenly spread, until a window shows that they are not.
  let width = Math.min(widest, Math.ceil(wanted * (last - next + 1) / Math.max(1, slots.size)))
  while (next <= last) {
    const first = next
    const found = yield* collect(slots, first, Math.min(last, first + width - 1), window)
    if (found.count > window.length) {
      width = Math.ceil(width / 4)
      continue
    }
    next = found.next
    if (found.count < wanted / 2)
      width = Math.min(widest, width * 2)
    for (const place of window.subarray(0, found.count).sort()) {
      const slot = place % slotRange
      if (slot < slots.top && slots.sequenceOf(slot) === first + Math.floor(place / slotRange))
        yield slot
    }
  }
}

/**
 * Writes the slots with numbers from `first` to `last` into `window`, each packed together with its
 * number, as many as fit. Returns how many there are, and the lowest number beyond `last`, Infinity
 * if there is none.
 */
function* collect(
  slots: NumberedSlots,
  first: number,
  last: number,
  window: Float64Array,
): Generator<number, { count: number, next: number }> {
  let count = 0
  let next = Infinity
  for (let slot = 0; slot < slots.top; slot++) {
    if ((slot + 1) % lookedAtOnce === 0)
      yield noSlot
    const sequence = slots.sequenceOf(slot)
    if (sequence > last)
      next = sequence < next ? sequence : next
    else if (sequence >= first && sequence !== 0)
      window[count++] = (sequence - first) * slotRange + slot
  }
  return { count, next }
}
