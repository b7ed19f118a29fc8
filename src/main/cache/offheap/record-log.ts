import type { Lifetime } from '../lifetime'
import type { Content, EntryFields } from '../store'
import type { KeyBuffer } from './key-buffer'
import type { Kind } from './kinds'
import type { RecordHome } from './record'
import { encodeKey } from '@shared/entry-key'
import { lastingValue } from '../ports'
import { hashBytes, longestKey } from './key-buffer'
import { createKinds, kindBytes } from './kinds'
import {
  contentLength,
  doubleAt,
  flagsWord,
  keyLength,
  keyWord,
  kindId,
  markOf,
  packLengths,
  RecordEntry,
  recordWords,
  slotOf,
  writeDouble,
  writeSlot,
} from './record'
import { kindOf, writeTimes } from './record-kind'
import { createSegments, demandAlone, largestRecord, offsetOf } from './segments'

/** What a record stores besides its fields. */
interface RecordState { sequence: number, hits: number, usedAt: number }

/**
 * Records in segments, the kinds that they share, and the values that are too large for a segment.
 */
export interface RecordLog {
  bytes: () => number
  demand: () => number
  /**
   * An upper bound for the demand of a log that holds only this entry; Infinity if the entry does
   * not fit.
   */
  cost: (key: string, content: Content) => number
  /**
   * Writes the record of the key in the key buffer, over the one at `old` if it has the same size;
   * -1 for none. Returns its place. Other records may move.
   */
  write: (slot: number, old: number, fields: EntryFields, state: RecordState) => number
  /** Sets new times and returns the place of the record; it may have moved, and others with it. */
  retime: (slot: number, place: number, lifetime: Lifetime) => number
  /**
   * Counts a use at this time in milliseconds of the stopwatch; true if the hit count in the header
   * has overflowed 2^16.
   */
  use: (place: number, at: number) => boolean
  remove: (slot: number, place: number) => void
  entry: (place: number) => RecordEntry
  /** The mark that the eviction policy has set for the entry, 7 bits; 0 at first. */
  mark: (place: number) => number
  setMark: (place: number, mark: number) => void
  /** Whether the record has the key in the key buffer. */
  hasKey: (place: number) => boolean
  hashOf: (place: number) => number
  largeValue: (slot: number) => Buffer
  /** The demand as it would be without the entries that were passed to `drop`. */
  outlook: () => { drop: (entry: RecordEntry) => void, demand: () => number }
  reclaim: (bytes: number) => boolean
}

interface RecordLogParts {
  keys: KeyBuffer
  home: RecordHome
  placeOf: (slot: number) => number
  /** The record of this slot, whose key has this hash, is now at `to`. */
  moved: (slot: number, hash: number, from: number, to: number) => void
  segmentWords?: number
  kinds?: number
}

const largeOverhead = 300
/** An explicit record contains everything it needs. */
const explicitSmall: Kind = {
  shape: 'explicit',
  hasText: true,
  hasFlags: true,
  isLarge: false,
  contentType: '',
  ttl: 0,
  grace: 0,
  skew: 0,
  versionHigh: 0,
  sequenceHigh: 0,
  storedHigh: 0,
}
const explicitLarge: Kind = { ...explicitSmall, isLarge: true }
const noText = Buffer.alloc(0)

export function createRecordLog({
  keys,
  home,
  placeOf,
  moved,
  segmentWords = largestRecord,
  kinds: kindCapacity,
}: RecordLogParts): RecordLog {
  const kinds = createKinds(kindCapacity)
  const large = new Map<number, Buffer>()
  let largeBytes = 0
  const segments = createSegments({
    sizeOf,
    moved: (from, to) => moved(slotOf(segments.words(to), offsetOf(to)), hashOf(to), from, to),
    segmentWords,
  })

  function kindAt(place: number): Kind {
    return kinds.get(kindId(segments.words(place), offsetOf(place)))
  }

  function sizeOf(place: number): number {
    const kind = kindAt(place)
    return recordWords(kind, contentLength(segments.words(place), offsetOf(place), kind))
  }

  function hashOf(place: number): number {
    const offset = offsetOf(place)
    return hashBytes(
      segments.buffer(place),
      (offset + keyWord(kindAt(place))) * 4,
      keyLength(segments.words(place), offset),
    )
  }

  function isTooLarge(bytes: number): boolean {
    // An eighth of a segment, if segments are smaller than usual.
    return bytes > Math.min(lastingValue, segmentWords / 2)
  }

  function dropLarge(slot: number): void {
    const value = large.get(slot)
    if (value === undefined)
      return
    large.delete(slot)
    largeBytes -= heldFor(value)
  }

  function keepLarge(slot: number, value: Buffer): void {
    const kept = compact(value)
    large.set(slot, kept)
    largeBytes += heldFor(kept)
  }

  function write(slot: number, old: number, fields: EntryFields, { sequence, hits, usedAt }: RecordState): number {
    const { lifetime, version, contentType, tags } = fields
    const keyBytes = keys.length
    let text = tags.length === 0 ? noText : Buffer.from(JSON.stringify(tags))
    const isLarge = isTooLarge(keyBytes + fields.value.length + text.length)
    let kind = kindOf(fields, sequence, text.length > 0, isLarge)
    let id = kinds.take(kind)
    if (id === 0) {
      text = Buffer.from(JSON.stringify([contentType, ...tags]))
      kind = isLarge ? explicitLarge : explicitSmall
      id = kinds.take(kind)
    }
    const mark = old === -1 ? 0 : markOf(segments.words(old), offsetOf(old))
    // A view into the log may overlap the place where the record will be.
    const value = segments.owns(fields.value) ? Buffer.from(fields.value) : fields.value
    const inlineBytes = isLarge ? 0 : value.length
    const words = recordWords(kind, keyBytes + inlineBytes + text.length)
    let place = old
    if (old === -1 || sizeOf(old) !== words) {
      place = segments.take(words)
      if (old !== -1)
        drop(slot, placeOf(slot))
    }
    else {
      kinds.release(kindId(segments.words(old), offsetOf(old)))
      dropLarge(slot)
    }
    if (isLarge)
      keepLarge(slot, value)

    const record = segments.words(place)
    const buffer = segments.buffer(place)
    const offset = offsetOf(place)
    record[offset] = packLengths(keyBytes, fields.kind, inlineBytes)
    record[offset + 1] = hits * 2 ** 16 + id
    record[offset + 2] = version
    record[offset + 3] = lifetime.storedAt
    record[offset + 4] = usedAt
    writeSlot(record, offset, slot, mark)
    writeTimes(record, offset, kind, lifetime)
    if (kind.shape === 'explicit') {
      writeDouble(record, doubleAt(offset, 'version'), version)
      writeDouble(record, doubleAt(offset, 'sequence'), sequence)
    }
    if (kind.hasFlags)
      record[offset + flagsWord(kind)] = fields.flags
    let at = offset + keyWord(kind)
    if (kind.hasText)
      record[at - 1] = text.length
    at *= 4
    copyBytes(keys.bytes, keyBytes, buffer, at)
    copyBytes(value, inlineBytes, buffer, at + keyBytes)
    copyBytes(text, text.length, buffer, at + keyBytes + inlineBytes)
    return place
  }

  function drop(slot: number, place: number): void {
    const size = sizeOf(place)
    kinds.release(kindId(segments.words(place), offsetOf(place)))
    dropLarge(slot)
    segments.release(place, size)
  }

  return {
    bytes: () => segments.bytes() + largeBytes + kinds.bytes(),
    demand: () => segments.demand() + largeBytes + kinds.bytes(),
    cost(key, { value, contentType, tags }) {
      // Upper bounds, not exact lengths, because this runs before every write. A UTF-16 unit takes
      // at most three bytes, or six if JSON escapes it.
      const keyBytes = key.length * 3 > longestKey ? encodeKey(key).length : key.length * 3
      let textBytes = 8 + contentType.length * 6
      for (const tag of tags)
        textBytes += 3 + tag.length * 6
      const isLarge = isTooLarge(keyBytes + textBytes + value.length)
      const words = keyWord(isLarge ? explicitLarge : explicitSmall) + Math.ceil(
        (keyBytes + textBytes + (isLarge ? 0 : value.length)) / 4,
      )
      if (keyBytes > longestKey || words > segmentWords)
        return Infinity
      return demandAlone(words, segmentWords) + kindBytes(contentType) + (isLarge
        ? 1.1 * value.length + largeOverhead + 8192
        : 0)
    },
    write,
    retime(slot, place, lifetime) {
      const words = segments.words(place)
      const offset = offsetOf(place)
      const before = kindAt(place)
      const entry = new RecordEntry(home, place, before, words, segments.buffer(place), offset)
      const { value, contentType, tags, kind, flags, version, sequence } = entry
      const fields = { value, contentType, tags, kind, flags, version, lifetime }
      const after = before.shape === 'explicit' ? before : kindOf(fields, sequence, before.hasText, before.isLarge)
      const id = after.shape === before.shape ? kinds.take(after) : 0
      if (id === 0) {
        if (!keys.load(entry.key))
          throw new RangeError('A stored key is too long')
        return write(slot, place, fields, {
          sequence,
          hits: (words[offset + 1] as number) >>> 16,
          usedAt: words[offset + 4] as number,
        })
      }
      kinds.release(kindId(words, offset))
      words[offset + 1] = ((words[offset + 1] as number) & 0xFFFF0000) | id
      words[offset + 3] = lifetime.storedAt
      writeTimes(words, offset, after, lifetime)
      return place
    },
    use(place, at) {
      const words = segments.words(place)
      const offset = offsetOf(place)
      const before = words[offset + 1] as number
      words[offset + 1] = before + 0x10000
      words[offset + 4] = at
      return before >= 0xFFFF0000
    },
    remove: drop,
    entry: place =>
      new RecordEntry(home, place, kindAt(place), segments.words(place), segments.buffer(place), offsetOf(place)),
    mark: place => markOf(segments.words(place), offsetOf(place)),
    setMark(place, mark) {
      const words = segments.words(place)
      const offset = offsetOf(place)
      writeSlot(words, offset, slotOf(words, offset), mark)
    },
    hasKey(place) {
      const words = segments.words(place)
      const offset = offsetOf(place)
      const { length } = keys
      if (keyLength(words, offset) !== length)
        return false
      const start = offset + keyWord(kinds.get(kindId(words, offset)))
      const whole = length >>> 2
      for (let at = 0; at < whole; at++) {
        if (words[start + at] !== keys.words[at])
          return false
      }
      const buffer = segments.buffer(place)
      for (let at = whole * 4; at < length; at++) {
        if (buffer[start * 4 + at] !== keys.bytes[at])
          return false
      }
      return true
    },
    hashOf,
    largeValue(slot) {
      const value = large.get(slot)
      if (value === undefined)
        throw new RangeError(`No large value in slot ${slot}`)
      return value
    },
    outlook() {
      const [records, shared] = [segments.outlook(), kinds.outlook()]
      let values = largeBytes
      return {
        drop({ slot, place }) {
          records.release(place, sizeOf(place))
          shared.release(kindId(segments.words(place), offsetOf(place)))
          values -= heldFor(large.get(slot))
        },
        demand: () => records.demand() + values + shared.bytes(),
      }
    },
    reclaim: bytes => segments.reclaim(bytes / 4),
  }
}

/** Bytes that a value with a buffer of its own takes. */
function heldFor(value: Buffer | undefined): number {
  return value === undefined ? 0 : value.buffer.byteLength + largeOverhead
}

/** A call into native code costs as much as copying forty bytes by hand (35 ns here). */
function copyBytes(from: Uint8Array, length: number, to: Uint8Array, at: number): void {
  if (length > 40) {
    to.set(length === from.length ? from : from.subarray(0, length), at)
    return
  }
  for (let index = 0; index < length; index++)
    to[at + index] = from[index] as number
}

/**
 * A value that is a small part of a large buffer would keep all of it in memory, so it gets a
 * buffer of its own.
 */
function compact(value: Buffer): Buffer {
  if (value.buffer.byteLength <= 1.1 * value.length)
    return value
  const copy = Buffer.allocUnsafeSlow(value.length)
  value.copy(copy)
  return copy
}
