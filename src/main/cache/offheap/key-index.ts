import type { TableShape } from './key-directory'
import { bucketCells, KeyDirectory } from './key-directory'

/**
 * Maps the hash of a key to the place of its record: extendible hashing (Fagin et al., 1979) over
 * small tables of buckets.
 *
 *   directory   2^depth pointers, chosen by the upper bits of the hash; tables may be shared
 *   table       up to 192 buckets, chosen by the lower bits; if one is full, the next is used
 *   bucket      15 words, about a cache line: 12 tags of 8 bits of the hash, 12 places
 *
 * The index leads directly to the record, without a table of slots in between: with a million
 * entries, each memory location that a lookup touches costs a quarter of a microsecond. The tags
 * avoid 253 of 254 comparisons with a foreign key, and are compared four at a time, as in
 * SwissTable (M. Kulukundis, "Designing a Fast, Efficient, Cache-friendly Hash Table, Step by
 * Step", CppCon 2017). A bucket with an empty cell ends the search. A removal from a full bucket
 * leaves a mark, which a later insertion overwrites; a split or a rebuild clears the remaining
 * marks.
 *
 * A full table splits into two, which moves some two thousand places: whatever its size, the index
 * grows in steps of 12 KiB and a fraction of a millisecond, and an old and a new index never exist
 * side by side. It shrinks in such steps, too: a sparse table is merged with the other half of a
 * split, or gets fewer buckets.
 */
export interface KeyIndex {
  /** Memory held. */
  bytes: () => number
  /** The place of the record that `isWanted` accepts, `nowhere` if there is none. */
  find: (hash: number) => number
  /** Adds a key that is not there. */
  add: (hash: number, place: number) => void
  /** Records that the record of an existing key has moved. */
  move: (hash: number, from: number, to: number) => void
  /** Removes a key that is there. */
  remove: (hash: number, place: number) => void
  /** The bytes as they would be after the removals that it is told about. */
  outlook: () => { remove: (hash: number) => void, bytes: () => number }
}

interface KeyIndexParts {
  /** Whether the record at this place has the key that is looked for. */
  isWanted: (place: number) => boolean
  hashOf: (place: number) => number
  /** Number of buckets at which a table splits instead of growing. */
  tableBuckets?: number
}

interface Table extends TableShape {
  words: Uint32Array
  buckets: number
  /** Cells that hold a place or a mark. */
  used: number
}

export const nowhere = -1

const bucketWords = 15
/** Words of tags, with four tags in each; the cells come after them. */
const tagWords = 3
/** Tags without a key: of an empty cell, and the mark of a removal. */
const empty = 0
const mark = 1
/** A table with more than this many of 32 cells in use is too full. */
const fullest = 29
const ones = 0x01010101
const highBits = 0x80808080
const tableBytes = 200
/**
 * Tables of this depth grow instead of splitting, because equal hashes would make them split for
 * ever.
 */
const deepest = 20

export function createKeyIndex({ isWanted, hashOf, tableBuckets = 192 }: KeyIndexParts): KeyIndex {
  const directory = new KeyDirectory<Table>([createTable(1, 0)])
  let bytes = bytesOf(1)

  /**
   * The index in `words` of the cell with this place, or, if `place` is `nowhere`, of the cell with
   * the wanted record; `nowhere` if there is none.
   */
  function cellOf(words: Uint32Array, hash: number, place: number): number {
    const tags = Math.imul(tagOf(hash), ones)
    for (let bucket = home(hash, words); ; bucket = after(bucket, words)) {
      let free = 0
      for (let word = 0; word < tagWords; word++) {
        const there = words[bucket + word] as number
        free |= zeroBytes(there)
        // A byte may be mistaken for zero if the one below it is zero; that only causes an extra
        // comparison.
        for (let found = zeroBytes(there ^ tags); found !== 0; found &= found - 1) {
          const cell = bucket + tagWords + 4 * word + lowestByte(found)
          if (place === nowhere ? isWanted(words[cell] as number) : words[cell] === place)
            return cell
        }
      }
      if (free !== 0)
        return nowhere
    }
  }

  function makeRoom(hash: number, table: Table): void {
    const { buckets } = table
    // Clearing the marks is worthwhile only if that makes room for a while.
    if (table.live * 4 < table.used * 3)
      refill(table, buckets)
    else if (table.depth === deepest)
      refill(table, buckets * 2)
    else if (buckets < tableBuckets)
      refill(table, Math.min(tableBuckets, buckets * 2))
    else
      split(hash, table)
  }

  function refill(table: Table, buckets: number): void {
    const { words } = table
    bytes += bytesOf(buckets) - bytesOf(table.buckets)
    table.words = new Uint32Array(buckets * bucketWords)
    table.buckets = buckets
    table.used = table.live
    visit(words, place => void put(table.words, hashOf(place), place))
  }

  function split(hash: number, table: Table): void {
    const { buckets } = table
    const halves = [createTable(buckets, table.depth + 1), createTable(buckets, table.depth + 1)] as const
    bytes += bytesOf(buckets)
    visit(table.words, (place) => {
      const hash = hashOf(place)
      const half = halves[(hash >>> (31 - table.depth)) & 1 ? 1 : 0]
      put(half.words, hash, place)
      half.used++
      half.live++
    })
    directory.split(hash, ...halves)
  }

  /** A table with the keys of these, which go. */
  function remake(tables: Table[], buckets: number, depth: number): Table {
    const whole = createTable(buckets, depth)
    bytes += bytesOf(buckets)
    for (const table of tables) {
      bytes -= bytesOf(table.buckets)
      whole.used = whole.live += table.live
      visit(table.words, place => void put(whole.words, hashOf(place), place))
    }
    return whole
  }

  return {
    bytes: () => bytes + directory.bytes,
    find(hash) {
      const { words } = directory.at(hash)
      const cell = cellOf(words, hash, nowhere)
      return cell === nowhere ? nowhere : words[cell] as number
    },
    add(hash, place) {
      let table = directory.at(hash)
      while ((table.used + 1) * 32 * bucketWords > table.words.length * bucketCells * fullest) {
        makeRoom(hash, table)
        table = directory.at(hash)
      }
      if (put(table.words, hash, place) === empty)
        table.used++
      table.live++
    },
    move(hash, from, to) {
      const { words } = directory.at(hash)
      words[cellOf(words, hash, from)] = to
    },
    remove(hash, place) {
      const table = directory.at(hash)
      const { words } = table
      const cell = cellOf(words, hash, place)
      const bucket = cell - cell % bucketWords
      const isFull = zeroBytes(words[bucket] as number) === 0
        && zeroBytes(words[bucket + 1] as number) === 0
        && zeroBytes(words[bucket + 2] as number) === 0
      setTag(words, bucket, cell - bucket - tagWords, isFull ? mark : empty)
      table.live--
      if (!isFull)
        table.used--
      directory.shrink(hash, tableBuckets, remake)
    },
    outlook() {
      const left = directory.copy(({ depth, buckets, live }) => ({ depth, buckets, live }))
      let rest = bytes
      return {
        remove(hash) {
          left.at(hash).live--
          left.shrink(hash, tableBuckets, (tables, buckets, depth) => {
            rest += bytesOf(buckets)
            let live = 0
            for (const table of tables) {
              rest -= bytesOf(table.buckets)
              live += table.live
            }
            return { depth, buckets, live }
          })
        },
        bytes: () => rest + left.bytes,
      }
    },
  }
}

/**
 * Stores the place in the first free cell from its home bucket on. Returns the tag that was there
 * before: `empty` or a `mark`.
 */
function put(words: Uint32Array, hash: number, place: number): number {
  for (let bucket = home(hash, words); ; bucket = after(bucket, words)) {
    for (let word = 0; word < tagWords; word++) {
      const free = zeroBytes((words[bucket + word] as number) & ~ones)
      if (free === 0)
        continue
      const lane = 4 * word + lowestByte(free)
      const before = tagAt(words, bucket, lane)
      setTag(words, bucket, lane, tagOf(hash))
      words[bucket + tagWords + lane] = place
      return before
    }
  }
}

function visit(words: Uint32Array, visitor: (place: number) => void): void {
  for (let bucket = 0; bucket < words.length; bucket += bucketWords) {
    for (let lane = 0; lane < bucketCells; lane++) {
      if (tagAt(words, bucket, lane) > mark)
        visitor(words[bucket + tagWords + lane] as number)
    }
  }
}

function tagAt(words: Uint32Array, bucket: number, lane: number): number {
  return ((words[bucket + (lane >>> 2)] as number) >>> 8 * (lane & 3)) & 0xFF
}

function setTag(words: Uint32Array, bucket: number, lane: number, tag: number): void {
  const shift = 8 * (lane & 3)
  const at = bucket + (lane >>> 2)
  words[at] = ((words[at] as number) & ~(0xFF << shift)) | tag << shift
}

/**
 * Sets the highest bit of each byte that is zero, and possibly of some bytes above the lowest such
 * byte (H. S. Warren: "Hacker's Delight", 6-1).
 */
function zeroBytes(word: number): number {
  return (word - ones) & ~word & highBits
}

/** The number, from 0, of the byte with the lowest bit that is set. */
function lowestByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >>> 3
}

/**
 * The first word of the bucket for this hash. Of the low 20 bits mainly the upper ones matter; the
 * tag is made of the lowest bits, the directory uses the highest.
 */
function home(hash: number, { length }: Uint32Array): number {
  return Math.floor((hash & 0xFFFFF) * (length / bucketWords) / 0x100000) * bucketWords
}

function after(bucket: number, { length }: Uint32Array): number {
  return bucket + bucketWords === length ? 0 : bucket + bucketWords
}

/** 2 to 255. */
function tagOf(hash: number): number {
  return (hash & 0xFF) > mark ? hash & 0xFF : (hash & 0xFF) + 2
}

function createTable(buckets: number, depth: number): Table {
  return { words: new Uint32Array(buckets * bucketWords), buckets, depth, used: 0, live: 0 }
}

function bytesOf(buckets: number): number {
  return buckets * bucketWords * 4 + tableBytes
}
