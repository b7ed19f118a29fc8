/**
 * From the hash of a key to its slot: extendible hashing (Fagin et al., 1979) over small open-addressing tables.
 *
 *   directory   2^depth pointers, chosen by the upper bits of the hash; several may point to one table
 *   table       Uint32 cells, linear probing; a cell holds five bits of the hash above 27 bits of slot + 1
 *
 * A full table splits into two, which moves at most a few thousand cells: the index grows in steps of 12 KiB and a fraction of a
 * millisecond, whatever its size, and there is never an old and a new one side by side. The five bits spare 31 of 32 looks at a
 * foreign key. A removal leaves a mark that an insertion takes over; a split or a rebuild clears the rest away.
 */
export interface KeyIndex {
  /** Memory held. */
  bytes: () => number
  /** The slot of the key that `isWanted` knows, -1 when it is not there. */
  find: (hash: number) => number
  /** Of a key that is not there. */
  add: (hash: number, slot: number) => void
  /** Of a key that is there. */
  remove: (hash: number, slot: number) => void
}

export interface KeyIndexParts {
  /** Whether the entry in this slot has the key that is looked for. */
  isWanted: (slot: number) => boolean
  hashOf: (slot: number) => number
  /** Cells at which a table splits rather than doubles: 12 · 2^n. */
  tableCells?: number
}

interface Table {
  cells: Uint32Array
  depth: number
  /** Cells that hold a slot or a mark. */
  used: number
  live: number
}

/** Most entries of one index. */
export const largestIndex = 2 ** 27 - 2

const smallestTable = 12
const slotMask = 2 ** 27 - 1
const empty = 0
/** Slot part 0, and yet not empty. */
const mark = 2 ** 27
const tableBytes = 200
/** Beyond it the upper bits are those of the position; equal hashes would else split for ever. */
const deepest = 20

export function createKeyIndex({ isWanted, hashOf, tableCells = 3072 }: KeyIndexParts): KeyIndex {
  let depth = 0
  let directory: Table[] = [createTable(smallestTable, 0)]
  let bytes = bytesOf(smallestTable) + 8

  function tableOf(hash: number): Table {
    return directory[depth === 0 ? 0 : hash >>> (32 - depth)] as Table
  }

  /** Where in `table` the slot lies, -1 when it does not. */
  function cellOf(table: Table, hash: number, slot: number): number {
    const { cells } = table
    const wanted = cellWith(hash, slot)
    let at = home(hash, cells.length)
    while (cells[at] !== empty) {
      if (cells[at] === wanted)
        return at
      at = at + 1 === cells.length ? 0 : at + 1
    }
    return -1
  }

  function makeRoom(hash: number, table: Table): void {
    const { cells } = table
    // Worth clearing the marks only where that makes room for a while.
    if (table.live * 4 < table.used * 3)
      refill(table, cells.length)
    else if (cells.length < tableCells || table.depth === deepest)
      refill(table, cells.length * 2)
    else
      split(hash, table)
  }

  function refill(table: Table, size: number): void {
    const { cells } = table
    bytes += bytesOf(size) - bytesOf(cells.length)
    table.cells = new Uint32Array(size)
    table.used = table.live
    for (const cell of cells) {
      if ((cell & slotMask) !== 0)
        place(table.cells, hashOf((cell & slotMask) - 1), cell)
    }
  }

  function split(hash: number, table: Table): void {
    if (table.depth === depth) {
      bytes += 8 * directory.length
      directory = directory.flatMap(each => [each, each])
      depth++
    }
    const halves = [createTable(table.cells.length, table.depth + 1), createTable(table.cells.length, table.depth + 1)] as const
    bytes += bytesOf(table.cells.length)
    deal(table, ...halves)
    const span = 2 ** (depth - table.depth)
    const first = Math.floor((depth === 0 ? 0 : hash >>> (32 - depth)) / span) * span
    for (let at = 0; at < span; at++)
      directory[first + at] = halves[at < span / 2 ? 0 : 1]
  }

  function deal({ cells, depth }: Table, lower: Table, upper: Table): void {
    for (const cell of cells) {
      if ((cell & slotMask) === 0)
        continue
      const hash = hashOf((cell & slotMask) - 1)
      const half = (hash >>> (31 - depth)) & 1 ? upper : lower
      place(half.cells, hash, cell)
      half.used++
      half.live++
    }
  }

  return {
    bytes: () => bytes,
    find(hash) {
      const { cells } = tableOf(hash)
      const tag = (hash & 31) << 27 >>> 0
      let at = home(hash, cells.length)
      for (;;) {
        const cell = cells[at] as number
        if (cell === empty)
          return -1
        const slot = (cell & slotMask) - 1
        if ((cell & ~slotMask) >>> 0 === tag && slot >= 0 && isWanted(slot))
          return slot
        at = at + 1 === cells.length ? 0 : at + 1
      }
    },
    add(hash, slot) {
      let table = tableOf(hash)
      while ((table.used + 1) * 32 > table.cells.length * 27) {
        makeRoom(hash, table)
        table = tableOf(hash)
      }
      if (place(table.cells, hash, cellWith(hash, slot)) === empty)
        table.used++
      table.live++
    },
    remove(hash, slot) {
      const table = tableOf(hash)
      const { cells } = table
      const at = cellOf(table, hash, slot)
      const next = cells[at + 1 === cells.length ? 0 : at + 1]
      cells[at] = next === empty ? empty : mark
      table.live--
      if (next === empty)
        table.used--
    },
  }
}

/** Puts the cell into the first free place; what was there before: nothing, or a mark. */
function place(cells: Uint32Array, hash: number, cell: number): number {
  let at = home(hash, cells.length)
  while (((cells[at] as number) & slotMask) !== 0)
    at = at + 1 === cells.length ? 0 : at + 1
  const before = cells[at] as number
  cells[at] = cell
  return before
}

/** Of the low 20 bits the upper ones count; the tag is made of the lowest five, the directory of the highest. */
function home(hash: number, length: number): number {
  return Math.floor((hash & 0xFFFFF) * length / 0x100000)
}

function cellWith(hash: number, slot: number): number {
  return (((hash & 31) << 27) | (slot + 1)) >>> 0
}

function createTable(size: number, depth: number): Table {
  return { cells: new Uint32Array(size), depth, used: 0, live: 0 }
}

function bytesOf(cells: number): number {
  return cells * 4 + tableBytes
}
