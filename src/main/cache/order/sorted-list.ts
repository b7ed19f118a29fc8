/**
 * Whether an item is before the place that is searched for. Must be true for the first items of the
 * list and false for all that follow.
 */
export type Before = (rank: number, item: number) => boolean

/** Integers from 0 to 2^32 - 1, in the order that the caller defines. */
interface SortedList {
  readonly size: number
  /** Memory held. */
  readonly bytes: number
  /** Inserts the item where `before` turns false. */
  insert: (before: Before, rank: number, item: number) => void
  /**
   * Removes the item at the place where `before` turns false. Throws if another item is there,
   * because then the list is not in order.
   */
  remove: (before: Before, item: number) => void
  /** How many items are before the place. */
  count: (before: Before) => number
  /**
   * Like `count`, for a place known to be at or after index `from`: the cost is the logarithm of
   * the distance.
   */
  countFrom: (from: number, before: Before) => number
  /** Up to `count` items, starting at this index. */
  slice: (from: number, count: number) => number[]
  /** Undefined beyond the end. */
  at: (index: number) => number | undefined
  clear: () => void
}

interface Chunk {
  items: Uint32Array
  ranks: Float64Array | undefined
  length: number
  /** Index at which the latest item was inserted. */
  latest: number
}
interface Place { chunk: number, index: number }

/** The size of an object, two typed arrays and their buffers, as V8 lays them out. */
const chunkOverhead = 400

/**
 * A list in chunks of a few hundred items: a search is a binary search among the chunks and another
 * within one, inserting and removing move half a chunk on average, and a full chunk is split in
 * two. The number of items before each chunk is added up when it is needed and kept until the next
 * change; for a million items that takes 5,000 additions.
 *
 * A `ranked` list keeps a number beside each item, so that searches compare without looking up the
 * item: it takes 12 bytes per item instead of 4. The unused space in the chunks comes on top: a
 * third if items arrive in no order, less if they follow each other.
 */
export function createSortedList({ ranked, capacity }: { ranked: boolean, capacity: number }): SortedList {
  let chunks: Chunk[] = []
  let size = 0
  let starts: Uint32Array | undefined

  function createChunk(): Chunk {
    return {
      items: new Uint32Array(capacity),
      ranks: ranked ? new Float64Array(capacity) : undefined,
      length: 0,
      latest: -1,
    }
  }

  /** The place where `before` turns false; its index may be one past the last item of its chunk. */
  function locate(before: Before): Place {
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(chunks[middle] as Chunk, 0, before))
        low = middle + 1
      else
        high = middle
    }
    // Chunk `low` begins at or after the place, so the place is in the chunk before it.
    if (low === 0)
      return { chunk: 0, index: 0 }
    const chunk = chunks[low - 1] as Chunk
    return { chunk: low - 1, index: search(chunk, 1, chunk.length, before) }
  }

  /** Moves the items from `index` on into a new chunk after this one. */
  function split(at: number, index: number): void {
    const chunk = chunks[at] as Chunk
    const next = createChunk()
    next.items.set(chunk.items.subarray(index, chunk.length))
    if (chunk.ranks)
      next.ranks?.set(chunk.ranks.subarray(index, chunk.length))
    next.length = chunk.length - index
    chunk.length = index
    chunks.splice(at + 1, 0, next)
  }

  /**
   * Merges the next chunk into this one if both together fill at most half a chunk, so that a
   * shrinking list gives memory back.
   */
  function merge(at: number): void {
    const chunk = chunks[at]
    const next = chunks[at + 1]
    if (!chunk || !next || chunk.length + next.length > capacity >>> 1)
      return
    chunk.items.set(next.items.subarray(0, next.length), chunk.length)
    if (next.ranks)
      chunk.ranks?.set(next.ranks.subarray(0, next.length), chunk.length)
    chunk.length += next.length
    chunks.splice(at + 1, 1)
  }

  function shift(chunk: Chunk, from: number, to: number): void {
    chunk.items.copyWithin(to, from, chunk.length)
    chunk.ranks?.copyWithin(to, from, chunk.length)
    chunk.length += to - from
  }

  function startOf(chunk: number): number {
    if (starts === undefined) {
      starts = new Uint32Array(chunks.length + 1)
      let sum = 0
      for (let at = 0; at < chunks.length; at++)
        starts[at + 1] = sum += (chunks[at] as Chunk).length
    }
    return starts[chunk] as number
  }

  function placeOf(index: number): Place {
    let low = 0
    let high = chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (startOf(middle) <= index)
        low = middle
      else
        high = middle - 1
    }
    return { chunk: low, index: index - startOf(low) }
  }

  function count(before: Before): number {
    const { chunk, index } = locate(before)
    return startOf(chunk) + index
  }

  function at(index: number): number | undefined {
    if (index < 0 || index >= size)
      return undefined
    const place = placeOf(index)
    return chunks[place.chunk]?.items[place.index]
  }

  return {
    get size() {
      return size
    },
    get bytes() {
      return chunks.length * (capacity * (ranked ? 12 : 4) + chunkOverhead) + (starts?.byteLength ?? 0)
    },
    insert(before, rank, item) {
      let { chunk: at, index } = locate(before)
      if (chunks.length === 0)
        chunks.push(createChunk())
      let chunk = chunks[at] as Chunk
      if (chunk.length === capacity) {
        // If the previous item went directly before this one, others are likely to follow, as in a
        // run of equal ranks. Splitting there leaves full chunks behind.
        const cut = index === chunk.latest + 1 ? index : capacity >>> 1
        split(at, cut)
        if (index > cut || cut === capacity) {
          at++
          index -= cut
          chunk = chunks[at] as Chunk
        }
      }
      shift(chunk, index, index + 1)
      chunk.items[index] = item
      chunk.latest = index
      if (chunk.ranks)
        chunk.ranks[index] = rank
      size++
      starts = undefined
    },
    remove(before, item) {
      const place = locate(before)
      let { chunk: at, index } = place
      if (index === chunks[at]?.length) {
        at++
        index = 0
      }
      const chunk = chunks[at]
      if (chunk === undefined || chunk.items[index] !== item)
        throw new Error('An order does not hold the entry where it belongs.')
      shift(chunk, index + 1, index)
      size--
      starts = undefined
      if (chunk.length === 0) {
        chunks.splice(at, 1)
      }
      else {
        merge(at)
        merge(at - 1)
      }
    },
    count,
    countFrom(from, before) {
      // Searches with growing steps from the start: if the place is near, a search through the
      // whole list would be wasteful.
      let step = 1
      let known = from
      for (let probe = from; probe < size; probe = known + step) {
        const { chunk, index } = placeOf(probe)
        if (!isBefore(chunks[chunk] as Chunk, index, before))
          break
        known = probe + 1
        step *= 2
        if (step > capacity)
          return count(before)
      }
      let low = known
      let high = Math.min(known + step, size)
      while (low < high) {
        const middle = (low + high) >>> 1
        const { chunk, index } = placeOf(middle)
        if (isBefore(chunks[chunk] as Chunk, index, before))
          low = middle + 1
        else
          high = middle
      }
      return low
    },
    slice(from, count) {
      const result: number[] = []
      if (from < 0 || from >= size)
        return result
      let { chunk: at, index } = placeOf(from)
      while (result.length < count && at < chunks.length) {
        const chunk = chunks[at++] as Chunk
        const end = Math.min(chunk.length, index + count - result.length)
        for (; index < end; index++)
          result.push(chunk.items[index] as number)
        index = 0
      }
      return result
    },
    at,
    clear() {
      chunks = []
      size = 0
      starts = undefined
    },
  }
}

function isBefore({ items, ranks }: Chunk, index: number, before: Before): boolean {
  return before(ranks ? ranks[index] as number : 0, items[index] as number)
}

function search(chunk: Chunk, low: number, high: number, before: Before): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(chunk, middle, before))
      low = middle + 1
    else
      high = middle
  }
  return low
}
