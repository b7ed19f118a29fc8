/** What decides when the tables of the index become fewer or smaller. */
export interface TableShape {
  /** Bits of the hash that its keys have in common. */
  readonly depth: number
  readonly buckets: number
  live: number
}

export const bucketCells = 12
/**
 * A table with less than two fifths of its cells in use is too sparse; a smaller one is made for
 * three fifths. So a third of the keys has to go, or half as many to come, before it changes again.
 */
const sparsest = 2 / 5
const roomy = 3 / 5

/**
 * The pointers of the key index to its tables, chosen by the upper bits of the hash.
 *
 * It is a class for the same reason as the columns: every lookup begins here.
 */
export class KeyDirectory<T extends TableShape> {
  #tables: T[]
  #depth: number
  /** How many tables have the depth of the directory. */
  #deep: number

  constructor(tables: T[], depth = 0) {
    this.#tables = tables
    this.#depth = depth
    this.#deep = this.#countDeep()
  }

  get bytes(): number {
    return 8 * this.#tables.length
  }

  at(hash: number): T {
    return this.#tables[this.#depth === 0 ? 0 : hash >>> (32 - this.#depth)] as T
  }

  /** A directory of the same shape; each table is copied once. */
  copy<U extends TableShape>(copyOf: (table: T) => U): KeyDirectory<U> {
    const copies = new Map<T, U>()
    const tables = this.#tables.map((table) => {
      const copy = copies.get(table) ?? copyOf(table)
      copies.set(table, copy)
      return copy
    })
    return new KeyDirectory(tables, this.#depth)
  }

  replace(hash: number, table: T): void {
    const { first, span } = this.#spanOf(hash, table.depth)
    this.#tables.fill(table, first, first + span)
  }

  /** Puts two tables in the place of one. */
  split(hash: number, low: T, high: T): void {
    if (low.depth > this.#depth) {
      this.#tables = this.#tables.flatMap(each => [each, each])
      this.#depth++
      this.#deep = 0
    }
    const { first, span } = this.#spanOf(hash, low.depth - 1)
    this.#tables.fill(low, first, first + span / 2).fill(high, first + span / 2, first + span)
    if (low.depth === this.#depth)
      this.#deep += 2
  }

  /**
   * Makes the table of this hash smaller if it is sparse: merges it with the one that it was split
   * from if both have room in `most` buckets, or else takes fewer buckets. `remake` returns a table
   * with the keys of the given ones, which go.
   */
  shrink(hash: number, most: number, remake: (tables: T[], buckets: number, depth: number) => T): void {
    const table = this.at(hash)
    if (table.live >= sparsest * bucketCells * table.buckets)
      return
    let left = table
    for (let other = this.#otherHalf(hash, left); other !== undefined; other = this.#otherHalf(hash, left)) {
      const buckets = bucketsFor(left.live + other.live)
      if (buckets > most)
        break
      this.#merge(hash, left = remake([left, other], buckets, left.depth - 1))
    }
    const buckets = bucketsFor(table.live)
    if (left === table && buckets < table.buckets)
      this.replace(hash, remake([table], buckets, table.depth))
  }

  #otherHalf(hash: number, { depth }: T): T | undefined {
    const { first, span } = this.#spanOf(hash, depth)
    const other = depth === 0 ? undefined : this.#tables[first ^ span]
    return other?.depth === depth ? other : undefined
  }

  /** Puts the table in the place of two. */
  #merge(hash: number, table: T): void {
    this.replace(hash, table)
    if (table.depth + 1 === this.#depth)
      this.#deep -= 2
    if (this.#deep > 0)
      return
    this.#tables = this.#tables.filter((_, at) => at % 2 === 0)
    this.#depth--
    this.#deep = this.#countDeep()
  }

  #countDeep(): number {
    return this.#tables.reduce((sum, { depth }) => sum + (depth === this.#depth ? 1 : 0), 0)
  }

  /** The part of the directory that has this many upper bits of the hash in common. */
  #spanOf(hash: number, bits: number): { first: number, span: number } {
    const span = 2 ** (this.#depth - bits)
    return { first: Math.floor((this.#depth === 0 ? 0 : hash >>> (32 - this.#depth)) / span) * span, span }
  }
}

/** Buckets of a table that has room for more than this many keys. */
function bucketsFor(keys: number): number {
  return Math.max(1, Math.ceil(keys / (roomy * bucketCells)))
}
