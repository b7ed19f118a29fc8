/**
 * Room for records outside the V8 heap: a log of segments that is only ever appended to.
 *
 * A record lies where it was put until it is overwritten by one of the same size, freed, or moved.
 * Freed bytes come back in two ways. A segment in which nothing lives any more goes at once. The
 * others are cleaned, emptiest first: their live records are copied to the end of the log, a slice
 * at a time, until nothing lives in them. How full a segment must be to be left alone follows from
 * `demand`, what the live records may take up: an eighth more than they are, and two segments.
 *
 * Segments are as large as a sixteenth of what lives, between 1 KiB and 1 MiB: a small cache holds
 * little, and a large one wastes little at their ends. A place is told by 32 bits: the segment's
 * number above the offset in it, in words of 4 bytes.
 */
interface Segments {
  /** Memory held. */
  bytes: () => number
  /** Memory that the live records justify; cleaning brings `bytes` down to it. */
  demand: () => number
  /** Words of memory from which a record's place counts, and the same as bytes. */
  words: (place: number) => Uint32Array
  buffer: (place: number) => Buffer
  /** Whether these bytes are a view into a segment, of now or before. */
  owns: (bytes: Uint8Array) => boolean
  /**
   * A place for so many words, all in one segment. May move other records. Throws RangeError beyond
   * `largestRecord`.
   */
  take: (words: number) => number
  /** The record is dead; its first two words are overwritten. */
  release: (place: number, words: number) => void
  /** Cleans about so many words. False when there is nothing to gain. */
  reclaim: (words: number) => boolean
}

interface SegmentsParts {
  /** Words that the live record at this place takes up. */
  sizeOf: (place: number) => number
  /** The record lies at `to` now. */
  moved: (from: number, to: number) => void
  /** Words to a full segment, a power of two up to 2^18. */
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
 * Words to look at for every word that is written: where every ninth one is dead, that gives back
 * as many.
 */
const cleaningPace = 8
const cleaningSlice = 2 ** 13
/** What a segment costs beyond its content: three objects. */
const segmentOverhead = 400
/** Second word of a dead record; the first one tells its size. */
const dead = 0

/** Words of the largest record. */
export const largestRecord = 2 ** offsetBits
/** Bytes of records that 32 bits can tell the places of, less what cleaning needs to move in. */
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

/** Words that so many live ones may take up. */
function justified(live: number, segmentWords: number): number {
  return live + live / 8 + 2 * nominalFor(live, segmentWords)
}

/** Bytes that a log with a single record of so many words demands. */
export function demandAlone(words: number, segmentWords: number): number {
  return justified(words, segmentWords) * 4 + segmentOverhead
}

export function createSegments({ sizeOf, moved, segmentWords = largestRecord }: SegmentsParts): Segments {
  const segments: (Segment | undefined)[] = []
  const freeNumbers: number[] = []
  const ours = new WeakSet<ArrayBufferLike>()
  let bytes = 0
  let count = 0
  /** Words over all segments: that live, and that are too few at the end of a full one. */
  let live = 0
  let tails = 0
  let open = -1
  let spare: Segment | undefined
  /** The segment that is being cleaned, and how far that is. */
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
    // One is kept: a log that is overwritten would else allocate and free without end.
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

  /** A spare of another size than the next segment's is of no use. */
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
    return (justified(live, segmentWords) + tails) * 4 + count * segmentOverhead
  }

  /**
   * Words that cleaning this segment would give back. A full one's tail would only be left anew.
   */
  function gainOf(number: number, segment: Segment): number {
    const gain = segment.used - segment.live
    return number === open && nominal() < segment.words.length ? gain + segment.words.length - segment.used : gain
  }

  /** The segment with the largest part to gain, -1 when none has a sixteenth. */
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
   * Passes the next record of the segment that is being cleaned, and takes it along if it lives.
   * Returns how many words that were.
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

  /** When nothing lives in it any more, `release` drops the segment and ends its cleaning. */
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
    words: place => at(place >>> offsetBits).words,
    buffer: place => at(place >>> offsetBits).buffer,
    owns: view => ours.has(view.buffer),
    take(words) {
      if (words > segmentWords)
        throw new RangeError(`A record of ${words} words is too large`)
      // At the pace of what is written, so that there is little left to do when the segment is
      // full.
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
