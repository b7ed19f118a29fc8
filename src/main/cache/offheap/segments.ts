/**
 * Memory for records outside the V8 heap: a log of segments that is only ever appended to.
 *
 * A record stays where it was put until it is overwritten by one of the same size, freed, or moved.
 * Freed bytes are recovered in two ways. A segment without live records is dropped at once. The
 * others are cleaned, emptiest first: their live records are copied to the end of the log, a slice
 * at a time, until none are left. Cleaning runs while the log holds more than `demand`: the live
 * records, an eighth more, and two segments.
 *
 * A segment has about a sixteenth of the size of all live records, between 1 KiB and 1 MiB: so a
 * small cache holds little memory, and a large one wastes little at the ends of segments. A place
 * is 32 bits: the segment's number above the offset in it, in words of 4 bytes.
 */
interface Segments {
  /** Memory held. */
  bytes: () => number
  /** Memory that the live records justify; cleaning brings `bytes` down to it. */
  demand: () => number
  /** The demand as it would be after the releases that it is told about. */
  outlook: () => { release: (place: number, words: number) => void, demand: () => number }
  /** The words of the segment that a place is in, and the same memory as bytes. */
  words: (place: number) => Uint32Array
  buffer: (place: number) => Buffer
  /** Whether these bytes are a view into a present or former segment. */
  owns: (bytes: Uint8Array) => boolean
  /**
   * Returns a place for this many words, all in one segment. May move other records. Throws
   * RangeError beyond the size of a full segment.
   */
  take: (words: number) => number
  /** Marks a record as dead and overwrites its first two words. */
  release: (place: number, words: number) => void
  /** Cleans about this many words. Returns false if there is nothing to gain. */
  reclaim: (words: number) => boolean
}

interface SegmentsParts {
  /** Words that the live record at this place occupies. */
  sizeOf: (place: number) => number
  /** Called when a record has moved to `to`. */
  moved: (from: number, to: number) => void
  /** Words in a full segment, a power of two up to 2^18. */
  segmentWords?: number
}

interface Segment {
  words: Uint32Array
  buffer: Buffer
  used: number
  live: number
}

const offsetBits = 18
const offsetMask = 2 ** offsetBits - 1
const smallestSegment = 256
/**
 * Words to look at for every word that is written: if every ninth word is dead, this recovers as
 * many as are written.
 */
const cleaningPace = 8
const cleaningSlice = 2 ** 13
/** Bytes that a segment costs beyond its content: three objects. */
const segmentOverhead = 400
/** Second word of a dead record; the first one tells its size. */
const dead = 0

/** Words of the largest record. */
export const largestRecord = 2 ** offsetBits
/**
 * Bytes of records that can be addressed with 32 bits, less the room that cleaning needs to move
 * records.
 */
export const largestLog = 15 * 2 ** 30

export function offsetOf(place: number): number {
  return place & offsetMask
}

function nominalFor(live: number, segmentWords: number): number {
  return Math.min(
    segmentWords,
    Math.max(Math.min(smallestSegment, segmentWords), 1 << (32 - Math.clz32(Math.min(live, 2 ** 30) / 16))),
  )
}

/** Words that this many live words may occupy. */
function justified(live: number, segmentWords: number): number {
  return live + live / 8 + 2 * nominalFor(live, segmentWords)
}

/** Bytes that a log with a single record of this many words demands. */
export function demandAlone(words: number, segmentWords: number): number {
  return justified(words, segmentWords) * 4 + segmentOverhead
}

export function createSegments({ sizeOf, moved, segmentWords = largestRecord }: SegmentsParts): Segments {
  const segments: (Segment | undefined)[] = []
  const freeNumbers: number[] = []
  const ours = new WeakSet<ArrayBufferLike>()
  let bytes = 0
  let count = 0
  /** Words in all segments that are live, and those that are left over at the end of full ones. */
  let live = 0
  let tails = 0
  let open = -1
  let spare: Segment | undefined
  /** The segment that is being cleaned, and how far the cleaning has come. */
  let cleaned = -1
  let cleanedTo = 0

  function at(number: number): Segment {
    return segments[number] as Segment
  }

  /** Size of the next segment. */
  function nominal(): number {
    return nominalFor(live, segmentWords)
  }

  function close(): void {
    if (open === -1)
      return
    const segment = at(open)
    tails += segment.words.length - segment.used
    const number = open
    open = -1
    if (segment.live === 0)
      drop(number)
  }

  function start(words: number): void {
    close()
    const size = Math.max(nominal(), words)
    let segment = spare?.words.length === size ? spare : undefined
    if (segment) {
      spare = undefined
    }
    else {
      const buffer = Buffer.allocUnsafeSlow(size * 4)
      ours.add(buffer.buffer)
      segment = { buffer, words: new Uint32Array(buffer.buffer, 0, size), used: 0, live: 0 }
      bytes += size * 4 + segmentOverhead
      count++
    }
    open = freeNumbers.pop() ?? segments.length
    if (open >= 2 ** (32 - offsetBits))
      throw new RangeError('A cache has no place for another segment')
    segments[open] = segment
  }

  function drop(number: number): void {
    const segment = at(number)
    if (number === open)
      open = -1
    else
      tails -= segment.words.length - segment.used
    if (number === cleaned)
      cleaned = -1
    segments[number] = undefined
    freeNumbers.push(number)
    segment.used = 0
    // One segment is kept as a spare; otherwise a log that is constantly overwritten would allocate
    // and free without end.
    if (spare === undefined && segment.words.length === nominal())
      spare = segment
    else
      letGo(segment)
  }

  function letGo(segment: Segment): void {
    bytes -= segment.words.length * 4 + segmentOverhead
    count--
  }

  function dropSpare(): boolean {
    if (!spare)
      return false
    letGo(spare)
    spare = undefined
    return true
  }

  /** Drops a spare whose size differs from that of the next segment, because it cannot be used. */
  function dropMisfit(): boolean {
    return spare?.words.length !== nominal() && dropSpare()
  }

  function append(words: number): number {
    if (open === -1 || at(open).used + words > at(open).words.length)
      start(words)
    const segment = at(open)
    const place = open * 2 ** offsetBits + segment.used
    segment.used += words
    segment.live += words
    live += words
    return place
  }

  function demand(): number {
    return demandOf(live, tails, count)
  }

  function demandOf(live: number, tails: number, count: number): number {
    return (justified(live, segmentWords) + tails) * 4 + count * segmentOverhead
  }

  /**
   * Words that cleaning this segment would recover. The tail of a full segment does not count,
   * because it would only be left over again.
   */
  function gainOf(number: number, segment: Segment): number {
    const gain = segment.used - segment.live
    return number === open && nominal() < segment.words.length ? gain + segment.words.length - segment.used : gain
  }

  /** The segment with the largest part to recover, -1 if none has more than a sixteenth. */
  function emptiest(): number {
    let found = -1
    let best = 1 / 16
    for (let number = 0; number < segments.length; number++) {
      const segment = segments[number]
      if (segment === undefined)
        continue
      const part = gainOf(number, segment) / segment.words.length
      if (part > best) {
        best = part
        found = number
      }
    }
    return found
  }

  function release(place: number, words: number): void {
    const number = place >>> offsetBits
    const segment = at(number)
    const offset = place & offsetMask
    segment.words[offset] = words
    segment.words[offset + 1] = dead
    segment.live -= words
    live -= words
    if (segment.live === 0)
      drop(number)
  }

  function isCleaning(): boolean {
    return cleaned !== -1
  }

  /**
   * Passes the next record of the segment that is being cleaned, and moves it if it is live.
   * Returns its size in words.
   */
  function moveNext(): number {
    const { words } = at(cleaned)
    const from = cleaned * 2 ** offsetBits + cleanedTo
    const isDead = words[cleanedTo + 1] === dead
    const size = isDead ? words[cleanedTo] as number : sizeOf(from)
    cleanedTo += size
    if (!isDead) {
      const to = append(size)
      at(to >>> offsetBits).words.set(words.subarray(from & offsetMask, (from & offsetMask) + size), to & offsetMask)
      moved(from, to)
      release(from, size)
    }
    return size
  }

  /** When a segment has no live records left, `release` drops it and ends its cleaning. */
  function clean(words: number): boolean {
    if (cleaned === -1) {
      cleaned = emptiest()
      cleanedTo = 0
      if (cleaned === -1)
        return false
      if (cleaned === open)
        close()
    }
    let left = words
    do
      left -= moveNext()
    while (left > 0 && isCleaning())
    return true
  }

  return {
    bytes: () => bytes,
    demand,
    outlook() {
      const copies = segments.map((segment, number) => segment && {
        live: segment.live,
        tail: number === open ? 0 : segment.words.length - segment.used,
        words: segment.words.length,
      })
      let hasSpare = spare !== undefined
      const left = { live, tails, count }
      return {
        release(place, words) {
          const segment = copies[place >>> offsetBits]
          left.live -= words
          // A record that has moved meanwhile may be in a segment that was not there.
          if (segment === undefined)
            return
          segment.live -= words
          if (segment.live > 0)
            return
          left.tails -= segment.tail
          if (!hasSpare && segment.words === nominalFor(left.live, segmentWords))
            hasSpare = true
          else
            left.count--
        },
        demand: () => demandOf(left.live, left.tails, left.count),
      }
    },
    words: place => at(place >>> offsetBits).words,
    buffer: place => at(place >>> offsetBits).buffer,
    owns: view => ours.has(view.buffer),
    take(words) {
      if (words > segmentWords)
        throw new RangeError(`A record of ${words} words is too large`)
      // Keeps pace with the writes, so that little is left to do when the segment is full.
      if (bytes > demand() && !dropMisfit())
        clean(words * cleaningPace)
      if (open !== -1 && at(open).used + words > at(open).words.length) {
        while (bytes > demand() && (dropMisfit() || clean(cleaningSlice)))
          continue
      }
      return append(words)
    },
    release,
    reclaim(words) {
      if (bytes <= demand())
        return false
      return dropSpare() || clean(words)
    },
  }
}
