import type { EntryKind } from '@shared/entry-kinds'
import type { Lifetime } from '../lifetime'
import type { StoredEntry } from '../store'
import type { Kind } from './kinds'
import { decodeKey } from '@shared/entry-key'
import { entryKinds } from '@shared/entry-kinds'

/**
 * The layout of a record in its segment, in words of 32 bits:
 *
 *   0  length of the key (12 bits), kind of the entry (2 bits), length of the value (18 bits)
 *   1  hits modulo 2^16, id of the kind (16 bits); 0 = dead
 *   2  version modulo 2^32
 *   3  time of storing modulo 2^32, whole milliseconds
 *   4  last use modulo 2^32, whole milliseconds of the stopwatch
 *   5  mark of the eviction order (7 bits), slot (25 bits)
 *   6  doubles that the kind's shape requires: three times when moved, all numbers when explicit
 *      flags, if the kind of the record says that there are any
 *      length of the text in bytes, if the kind says that there is one
 *      key, value (unless it is large and kept elsewhere), text
 */
const headerWords = 6
/**
 * Number of slots that 25 bits can express; one is reserved for the entry that causes another to be
 * evicted.
 */
export const mostSlots = 2 ** 25 - 1
const slotBits = 25
const doublesOf = { compact: 0, moved: 3, explicit: 8 } as const

/** The doubles of a moved record, then those that only an explicit one has. */
const doubles = {
  storedAt: 0,
  freshUntil: 1,
  graceUntil: 2,
  ttl: 3,
  grace: 4,
  skew: 5,
  version: 6,
  sequence: 7,
} as const

const noTags: readonly string[] = []

const quote = 0x22
const backslash = 0x5C

const pair = new Uint32Array(2)
const double = new Float64Array(pair.buffer)

function readDouble(words: Uint32Array, at: number): number {
  pair[0] = words[at] as number
  pair[1] = words[at + 1] as number
  return double[0] as number
}

export function writeDouble(words: Uint32Array, at: number, value: number): void {
  double[0] = value
  words[at] = pair[0] as number
  words[at + 1] = pair[1] as number
}

/** Where the key begins, in words from the record's start. */
export function keyWord(kind: Kind): number {
  return headerWords + 2 * doublesOf[kind.shape] + (kind.hasFlags ? 1 : 0) + (kind.hasText ? 1 : 0)
}

/** Words of a record whose key, value and text have this many bytes together. */
export function recordWords(kind: Kind, bytes: number): number {
  return keyWord(kind) + Math.ceil(bytes / 4)
}

export function keyLength(words: Uint32Array, offset: number): number {
  return (words[offset] as number) >>> 20
}

function valueLength(words: Uint32Array, offset: number): number {
  return (words[offset] as number) & 0x3FFFF
}

function entryKindOf(words: Uint32Array, offset: number): EntryKind {
  return entryKinds[((words[offset] as number) >>> 18) & 3] as EntryKind
}

/** Word 0 of a record. */
export function packLengths(key: number, kind: EntryKind, value: number): number {
  return key * 2 ** 20 + entryKinds.indexOf(kind) * 2 ** 18 + value
}

/** Where the flags are; only for kinds that have them. */
export function flagsWord(kind: Kind): number {
  return headerWords + 2 * doublesOf[kind.shape]
}

export function kindId(words: Uint32Array, offset: number): number {
  return (words[offset + 1] as number) & 0xFFFF
}

export function slotOf(words: Uint32Array, offset: number): number {
  return (words[offset + 5] as number) & mostSlots
}

export function markOf(words: Uint32Array, offset: number): number {
  return (words[offset + 5] as number) >>> slotBits
}

export function writeSlot(words: Uint32Array, offset: number, slot: number, mark: number): void {
  words[offset + 5] = mark << slotBits | slot
}

/** Bytes of the key, value and text that a live record contains. */
export function contentLength(words: Uint32Array, offset: number, kind: Kind): number {
  return keyLength(words, offset) + valueLength(words, offset) + (kind.hasText
    ? words[offset + keyWord(kind) - 1] as number
    : 0)
}

/**
 * The index of a number that this shape does not keep in the header or its kind; only for shapes
 * that have it.
 */
export function doubleAt(offset: number, name: keyof typeof doubles): number {
  return offset + headerWords + 2 * doubles[name]
}

function storedAtOf(words: Uint32Array, offset: number, kind: Kind): number {
  return kind.shape === 'compact'
    ? kind.storedHigh * 2 ** 32 + (words[offset + 3] as number)
    : readDouble(words, doubleAt(offset, 'storedAt'))
}

/** What a record needs from its store. */
export interface RecordHome {
  /** Hits beyond the 16 bits in the header. */
  carriedHits: (slot: number) => number
  /** Monotonic milliseconds of the store's last use of any entry. */
  latestUse: number
  largeValue: (slot: number) => Buffer
  sequenceOf: (slot: number, kind: Kind) => number
}

/**
 * An entry as a view of its record: a small object for each lookup, which reads a field when it is
 * accessed. It is a class because creating a closure for every field would cost a read more than
 * everything else.
 */
export class RecordEntry implements StoredEntry {
  readonly slot: number
  readonly place: number
  readonly recordKind: Kind
  readonly #home: RecordHome
  readonly #words: Uint32Array
  readonly #buffer: Buffer
  readonly #offset: number

  constructor(home: RecordHome, place: number, kind: Kind, words: Uint32Array, buffer: Buffer, offset: number) {
    this.#home = home
    this.slot = slotOf(words, offset)
    this.place = place
    this.recordKind = kind
    this.#words = words
    this.#buffer = buffer
    this.#offset = offset
  }

  get key(): string {
    const start = (this.#offset + keyWord(this.recordKind)) * 4
    const end = start + keyLength(this.#words, this.#offset)
    const text = this.#buffer.toString('utf8', start, end)
    // The character stands for bytes that are not UTF-8, or for itself.
    return text.includes('\uFFFD') ? decodeKey(this.#buffer.subarray(start, end)) : text
  }

  /** Compares like Buffer.compare, without creating a string of the key. */
  compareKey(other: Uint8Array): number {
    const start = (this.#offset + keyWord(this.recordKind)) * 4
    const own = keyLength(this.#words, this.#offset)
    const length = Math.min(own, other.length)
    for (let at = 0; at < length; at++) {
      const difference = (this.#buffer[start + at] as number) - (other[at] as number)
      if (difference !== 0)
        return difference
    }
    return own - other.length
  }

  get value(): Buffer {
    if (this.recordKind.isLarge)
      return this.#home.largeValue(this.slot)
    const start = (this.#offset + keyWord(this.recordKind)) * 4 + keyLength(this.#words, this.#offset)
    return this.#buffer.subarray(start, start + valueLength(this.#words, this.#offset))
  }

  get size(): number {
    return this.recordKind.isLarge ? this.#home.largeValue(this.slot).length : valueLength(this.#words, this.#offset)
  }

  get contentType(): string {
    return this.recordKind.shape === 'explicit' ? this.#text[0] ?? '' : this.recordKind.contentType
  }

  get tags(): readonly string[] {
    if (!this.recordKind.hasText)
      return noTags
    return this.recordKind.shape === 'explicit' ? this.#text.slice(1) : this.#text
  }

  /**
   * Whether it has this tag, given as JSON in UTF-8. Creates no string, so that even a list of a
   * million entries needs none.
   */
  hasTag(quoted: Uint8Array): boolean {
    if (!this.recordKind.hasText)
      return false
    const buffer = this.#buffer
    const start = this.#textStart
    const end = start + this.#textLength - 1
    let isTag = this.recordKind.shape !== 'explicit'
    for (let at = start + 1; at < end; isTag = true) {
      const behind = endOfString(buffer, at)
      if (isTag && behind - at === quoted.length && isAt(buffer, at, quoted))
        return true
      at = behind + 1
    }
    return false
  }

  get kind(): EntryKind {
    return entryKindOf(this.#words, this.#offset)
  }

  get flags(): number {
    return this.recordKind.hasFlags ? this.#words[this.#offset + flagsWord(this.recordKind)] as number : 0
  }

  get version(): number {
    return this.recordKind.shape === 'explicit'
      ? this.#double('version')
      : this.recordKind.versionHigh * 2 ** 32 + (this.#words[this.#offset + 2] as number)
  }

  get sequence(): number {
    return this.recordKind.shape === 'explicit'
      ? this.#double('sequence')
      : this.#home.sequenceOf(this.slot, this.recordKind)
  }

  get hits(): number {
    return this.#home.carriedHits(this.slot) + ((this.#words[this.#offset + 1] as number) >>> 16)
  }

  get usedAt(): number {
    const { latestUse } = this.#home
    return latestUse - ((Math.floor(latestUse) - (this.#words[this.#offset + 4] as number)) >>> 0)
  }

  get storedAt(): number {
    return storedAtOf(this.#words, this.#offset, this.recordKind)
  }

  get ttl(): number {
    return this.recordKind.shape === 'explicit' ? this.#double('ttl') : this.recordKind.ttl
  }

  get grace(): number {
    return this.recordKind.shape === 'explicit' ? this.#double('grace') : this.recordKind.grace
  }

  get skew(): number {
    return this.recordKind.shape === 'explicit' ? this.#double('skew') : this.recordKind.skew
  }

  get freshUntil(): number {
    return this.recordKind.shape === 'compact' ? this.storedAt + this.recordKind.ttl : this.#double('freshUntil')
  }

  get graceUntil(): number {
    return this.recordKind.shape === 'compact'
      ? this.storedAt + this.recordKind.ttl + this.recordKind.grace
      : this.#double('graceUntil')
  }

  /** The times of the entry as an object of their own. */
  get lifetime(): Lifetime {
    const { storedAt, ttl, grace, freshUntil, graceUntil, skew } = this
    return { storedAt, ttl, grace, freshUntil, graceUntil, skew }
  }

  #double(name: keyof typeof doubles): number {
    return readDouble(this.#words, doubleAt(this.#offset, name))
  }

  /** Where the text begins. The text is a JSON array of strings without blanks. */
  get #textStart(): number {
    return (this.#offset + keyWord(
      this.recordKind,
    )) * 4 + keyLength(this.#words, this.#offset) + valueLength(this.#words, this.#offset)
  }

  get #textLength(): number {
    return this.#words[this.#offset + keyWord(this.recordKind) - 1] as number
  }

  get #text(): string[] {
    const start = this.#textStart
    return JSON.parse(this.#buffer.toString('utf8', start, start + this.#textLength)) as string[]
  }
}

/** The index after the JSON string that begins at `start`. */
function endOfString(buffer: Uint8Array, start: number): number {
  let at = start + 1
  while (buffer[at] !== quote)
    at += buffer[at] === backslash ? 2 : 1
  return at + 1
}

function isAt(buffer: Uint8Array, start: number, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    if (buffer[start + at] !== bytes[at])
      return false
  }
  return true
}
