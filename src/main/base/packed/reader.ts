import type { EntryKind } from '@shared/entry-kinds'
import type { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'

/**
 * The bytes of a hash or set: the version of this form, the number of items, and the items. An item
 * is so many strings, each with its length before it: one byte, or 255 and four bytes.
 */
export const packedForm = 1
/** Bytes before the first item. */
const headBytes = 5
/** In place of a length that is told in four bytes, and how many bytes it takes with them. */
export const longMark = 255
export const longLength = 5

/** Kinds of entries that are packed, and of how many strings their items are: name, and value. */
const packedWidths = { hash: 2, set: 1 } as const satisfies Partial<Record<EntryKind, number>>
export type PackedKind = keyof typeof packedWidths

/** Where an item lies. A set has only names; its values end where they begin. */
interface PackedItem {
  /** From its first length on. */
  readonly from: number
  readonly nameStart: number
  readonly nameEnd: number
  readonly valueStart: number
  /** Where the value ends, and the item. */
  readonly to: number
}

/**
 * Goes through the items without making an object of each. Throws LarderError `internal` where the
 * bytes are damaged.
 */
export class PackedReader implements PackedItem {
  from = 0
  nameStart = 0
  nameEnd = 0
  valueStart = 0
  to = headBytes
  /** As the head tells it. */
  readonly count: number
  readonly bytes: Buffer
  readonly #kind: PackedKind
  readonly #isPair: boolean
  #left: number

  constructor(bytes: Buffer, kind: PackedKind) {
    this.bytes = bytes
    this.#kind = kind
    this.#isPair = packedWidths[kind] === 2
    if (bytes.length < headBytes || bytes[0] !== packedForm)
      throw this.#damaged()
    this.count = bytes.readUInt32LE(1)
    this.#left = this.count
  }

  /** Goes on to the next item. Returns whether there is one. */
  next(): boolean {
    if (this.to === this.bytes.length && this.#left === 0)
      return false
    this.#left--
    this.from = this.to
    this.nameStart = this.#skipLength(this.from)
    this.nameEnd = this.to
    this.valueStart = this.#isPair ? this.#skipLength(this.to) : this.to
    return true
  }

  /** Goes to the item that begins there. */
  readAt(from: number): void {
    this.to = from
    this.#left++
    this.next()
  }

  /** Whether the name is this one. */
  isNamed(name: Buffer): boolean {
    const { bytes, nameStart } = this
    const { length } = name
    if (this.nameEnd - nameStart !== length)
      return false
    // Names are short, and mostly differ at their ends.
    for (let at = length - 1; at >= 0; at--) {
      if (bytes[nameStart + at] !== name[at])
        return false
    }
    return true
  }

  /** One character a byte. */
  name(): string {
    return this.bytes.toString('latin1', this.nameStart, this.nameEnd)
  }

  nameBytes(): Buffer {
    return this.bytes.subarray(this.nameStart, this.nameEnd)
  }

  valueBytes(): Buffer {
    return this.bytes.subarray(this.valueStart, this.to)
  }

  /** The item as it is now. */
  item(): PackedItem {
    const { from, nameStart, nameEnd, valueStart, to } = this
    return { from, nameStart, nameEnd, valueStart, to }
  }

  /** Returns where a string begins whose length is here, and notes where it ends. */
  #skipLength(at: number): number {
    const { bytes } = this
    const isLong = bytes[at] === longMark
    const start = at + (isLong ? longLength : 1)
    if (start > bytes.length)
      throw this.#damaged()
    this.to = start + (isLong ? bytes.readUInt32LE(at + 1) : bytes[at] as number)
    if (this.to > bytes.length)
      throw this.#damaged()
    return start
  }

  #damaged(): LarderError {
    return new LarderError('internal', `The entry is damaged: its bytes hold no ${this.#kind}.`)
  }
}

/** How many items there are. Throws as PackedReader does. */
export function countPacked(bytes: Buffer, kind: PackedKind): number {
  return new PackedReader(bytes, kind).count
}

/** Where the items begin. Throws as PackedReader does. */
export function packedPlaces(bytes: Buffer, kind: PackedKind): Uint32Array {
  const reader = new PackedReader(bytes, kind)
  // What the head tells may be wrong, and no item is shorter than a byte.
  const places = new Uint32Array(Math.min(reader.count, bytes.length))
  for (let index = 0; reader.next(); index++)
    places[index] = reader.from
  return places
}

/** The item of this name. Throws as PackedReader does. */
export function findPacked(bytes: Buffer, kind: PackedKind, name: Buffer): PackedItem | undefined {
  const reader = new PackedReader(bytes, kind)
  while (reader.next()) {
    if (reader.isNamed(name))
      return reader.item()
  }
  return undefined
}

/** The items of these names, by name with one character a byte. Throws as PackedReader does. */
export function findAllPacked(bytes: Buffer, kind: PackedKind, names: readonly Buffer[]): Map<string, PackedItem> {
  const found = new Map<string, PackedItem>()
  const [first] = names
  if (names.length === 1 && first !== undefined) {
    const item = findPacked(bytes, kind, first)
    return item === undefined ? found : found.set(first.toString('latin1'), item)
  }
  const wanted = new Set(names.map(name => name.toString('latin1')))
  const reader = new PackedReader(bytes, kind)
  while (found.size < wanted.size && reader.next()) {
    const name = reader.name()
    if (wanted.has(name))
      found.set(name, reader.item())
  }
  return found
}

/** Whether these bytes are such a structure, and no name is there twice. */
export function isPacked(bytes: Buffer, kind: PackedKind): boolean {
  try {
    const names = new Set<string>()
    const reader = new PackedReader(bytes, kind)
    while (reader.next())
      names.add(reader.name())
    return names.size === reader.count
  }
  catch (error) {
    if (error instanceof LarderError)
      return false
    throw error
  }
}
