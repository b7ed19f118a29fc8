import type { Column } from './columns'

interface SlotPool {
  /** All slots in use are below this number. */
  readonly top: number
  /** The number of slots that the columns have room for, including pages that were given back. */
  readonly capacity: number
  /** A free slot; stays the same until it is taken. */
  next: () => number
  /** Takes the slot that `next` has returned. */
  take: (slot: number) => void
  free: (slot: number) => void
  /** Pages that are given back at present. */
  readonly dropped: readonly number[]
  /** Receives slots as they will become free; tells how many pages that gives back. */
  outlook: () => { free: (slot: number) => void, dropped: () => number }
}

interface SlotPoolParts {
  pageBits: number
  /** One number for every free slot, which the pool uses; those of taken slots are the caller's. */
  spare: Pick<Column, 'get' | 'set'>
  /** Makes room for this many slots. */
  reserve: (capacity: number) => void
  /** Gives back the memory of a page without entries, and allocates it again. */
  drop: (page: number) => void
  restore: (page: number) => void
}

/** Number of slots that all columns grow to at first. */
const fewestSlots = 16

/**
 * Numbers the entries and decides which pages of the columns have memory. Slots never move, so a
 * page goes when its last entry does. An empty page is kept if the others have less than a quarter
 * of a page left: otherwise an entry that comes and goes would allocate a page each time.
 */
export function createSlotPool({ pageBits, spare, reserve, drop, restore }: SlotPoolParts): SlotPool {
  const pageSlots = 2 ** pageBits
  /** By page: entries, and the first free slot plus 1, 0 if there is none. */
  const live: number[] = []
  const firsts: number[] = []
  /** Pages with a free slot below `top`. */
  const open: number[] = []
  const dropped: number[] = []
  let top = 0
  let capacity = 0
  let size = 0

  function grow(): void {
    capacity = capacity < pageSlots ? Math.max(Math.min(pageSlots, fewestSlots), capacity * 2) : capacity + pageSlots
    reserve(capacity)
  }

  /** Allocates the page that was given back last, with all its slots free. */
  function reopen(page: number): void {
    restore(page)
    const first = page * pageSlots
    for (let slot = first; slot < first + pageSlots; slot++)
      spare.set(slot, slot + 1 < first + pageSlots ? slot + 2 : 0)
    firsts[page] = first + 1
    open.push(page)
  }

  /** Whether the page may go once it is empty, while there is memory for so many free slots. */
  function isSurplus(page: number, free: number): boolean {
    return (page + 1) * pageSlots <= top && free >= pageSlots + pageSlots / 4
  }

  return {
    get top() {
      return top
    },
    get capacity() {
      return capacity
    },
    next() {
      if (open.length === 0 && top === capacity) {
        const page = dropped.pop()
        if (page === undefined)
          grow()
        else
          reopen(page)
      }
      const page = open.at(-1)
      return page === undefined ? top : (firsts[page] as number) - 1
    },
    take(slot) {
      const page = slot >>> pageBits
      if (slot === top) {
        top++
        firsts[page] ??= 0
      }
      else {
        firsts[page] = spare.get(slot)
        if (firsts[page] === 0)
          open.pop()
      }
      live[page] = (live[page] ?? 0) + 1
      size++
    },
    free(slot) {
      const page = slot >>> pageBits
      if (firsts[page] === 0)
        open.push(page)
      spare.set(slot, firsts[page] as number)
      firsts[page] = slot + 1
      live[page] = (live[page] as number) - 1
      size--
      if (live[page] !== 0 || !isSurplus(page, capacity - dropped.length * pageSlots - size))
        return
      open.splice(open.indexOf(page), 1)
      firsts[page] = 0
      dropped.push(page)
      drop(page)
    },
    dropped,
    outlook() {
      const left = [...live]
      let free = capacity - dropped.length * pageSlots - size
      let gone = 0
      return {
        free(slot) {
          const page = slot >>> pageBits
          free++
          left[page] = (left[page] ?? 0) - 1
          if (left[page] !== 0 || !isSurplus(page, free))
            return
          free -= pageSlots
          gone++
        },
        dropped: () => gone,
      }
    },
  }
}
