/** Slots per page, as a power of two: 64 KiB of 32-bit numbers, the most that a page may have. */
const pageBits = 14
const smallest = 16

const makers = {
  u32: (length: number) => new Uint32Array(length),
  f64: (length: number) => new Float64Array(length),
} as const
type Page = ReturnType<(typeof makers)[keyof typeof makers]>

/** Used for every page that has no memory yet. */
const blank: Page = makers.u32(2 ** pageBits)

type ColumnType = keyof typeof makers

/** One number for every slot, outside the V8 heap. Slots that were never set contain 0. */
export interface Column {
  /** Memory held. */
  readonly bytes: number
  /** Makes room for the slots below `capacity`; never shrinks. */
  reserve: (capacity: number) => void
  /**
   * Makes room for this slot without allocating the pages below it, except the first: slots on
   * other pages below read as 0. Only for columns that do not use `reserve`.
   */
  reach: (slot: number) => void
  /** Releases the pages that are entirely beyond `capacity`, except the first. */
  release: (capacity: number) => void
  /** Gives back a page, whose slots then read as 0 and must not be set. */
  drop: (page: number) => void
  /** Allocates a page that was dropped. */
  restore: (page: number) => void
  /** Only for slots below the reserved capacity. */
  get: (slot: number) => number
  set: (slot: number, value: number) => void
}

/**
 * Pages of 2^14 slots by default: growing adds pages and copies nothing. Only the first page starts
 * small and doubles, so that a cache of ten entries does not allocate room for sixteen thousand.
 *
 * It is a class because each object literal with a getter has a shape of its own, and V8 would stop
 * optimising code that meets the columns of five caches.
 */
class PagedColumn implements Column {
  readonly #make: (length: number) => Page
  readonly #bits: number
  readonly #mask: number
  readonly #pages: Page[] = []
  #bytes = 0

  constructor(make: (length: number) => Page, bits: number) {
    this.#make = make
    this.#bits = bits
    this.#mask = 2 ** bits - 1
  }

  get bytes(): number {
    return this.#bytes
  }

  reserve(capacity: number): void {
    const first = this.#pages[0]
    const wanted = Math.min(capacity, this.#mask + 1)
    if (capacity > 0 && (first?.length ?? 0) < wanted) {
      const page = this.#make(Math.min(this.#mask + 1, Math.max(smallest, 2 ** Math.ceil(Math.log2(wanted)))))
      if (first)
        page.set(first)
      this.#put(0, page)
    }
    while (this.#pages.length << this.#bits < capacity)
      this.#put(this.#pages.length, this.#make(this.#mask + 1))
  }

  reach(slot: number): void {
    const at = slot >>> this.#bits
    this.reserve(at === 0 ? slot + 1 : this.#mask + 1)
    while (this.#pages.length <= at)
      this.#pages.push(blank)
    if (this.#pages[at] === blank)
      this.#put(at, this.#make(this.#mask + 1))
  }

  release(capacity: number): void {
    while (this.#pages.length > 1 && this.#pages.length - 1 << this.#bits >= capacity)
      this.#bytes -= this.#pages.pop()?.byteLength ?? 0
  }

  drop(page: number): void {
    const dropped = this.#pages[page]
    if (dropped === undefined || dropped === blank)
      return
    this.#bytes -= dropped.byteLength
    this.#pages[page] = blank
  }

  restore(page: number): void {
    if (this.#pages[page] === blank)
      this.#put(page, this.#make(this.#mask + 1))
  }

  get(slot: number): number {
    return (this.#pages[slot >>> this.#bits] as Page)[slot & this.#mask] as number
  }

  set(slot: number, value: number): void {
    (this.#pages[slot >>> this.#bits] as Page)[slot & this.#mask] = value
  }

  #put(at: number, page: Page): void {
    const before = this.#pages[at]
    this.#bytes += page.byteLength - (before === undefined || before === blank ? 0 : before.byteLength)
    this.#pages[at] = page
  }
}

export function createColumn(type: ColumnType, bits = pageBits): Column {
  return new PagedColumn(makers[type], bits)
}
