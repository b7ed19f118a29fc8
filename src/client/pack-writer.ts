import { joined, toBytes } from './bytes'
import { deepest, isPlainObject, tagOf } from './value-tag'

/** Types of extension, as docs/client.md names them; -1 is MessagePack's own timestamp. */
export const extensions = { date: -1, map: 1, set: 2, bigint: 3, undefined: 4 } as const

function unstorable(what: string): never {
  throw new TypeError(`${what} cannot be stored.`)
}

/** Whole numbers: one byte, then another of so many bytes, the most significant one first. */
function head(byte: number, number = 0, size = 0): Uint8Array {
  const bytes = new Uint8Array(size + 1)
  bytes[0] = byte
  for (let at = size, rest = number; at > 0; rest = Math.floor(rest / 256))
    bytes[at--] = rest
  return bytes
}

/** A length in the shortest form of a family: `size` bytes behind `byte`, more behind the next. */
function length(count: number, byte: number, size = 1): Uint8Array {
  return count < 256 ** size ? head(byte, count, size) : length(count, byte + 1, size * 2)
}

function extension(type: number, payload: Uint8Array): Uint8Array[] {
  return [length(payload.length, 0xC7), head(type), payload]
}

function ofText(text: string): Uint8Array[] {
  if (!text.isWellFormed())
    unstorable('Half of a surrogate pair beside what is no JSON')
  const bytes = toBytes(text)
  return [bytes.length < 32 ? head(0xA0 + bytes.length) : length(bytes.length, 0xD9), bytes]
}

function ofNumber(value: number): Uint8Array[] {
  if (value === (value | 0) && !Object.is(value, -0))
    return [value >= -32 && value < 128 ? head(value) : head(0xD2, value, 4)]
  const view = new DataView(new ArrayBuffer(9))
  view.setUint8(0, 0xCB)
  view.setFloat64(1, value)
  return [new Uint8Array(view.buffer)]
}

function ofTime(time: number): Uint8Array[] {
  const seconds = Math.floor(time / 1000)
  const nanoseconds = (time - seconds * 1000) * 1e6
  return Number.isFinite(time)
    ? extension(extensions.date, joined([head(0, nanoseconds, 4), head(0, seconds, 8)].map(part => part.subarray(1))))
    : unstorable('An invalid Date')
}

/** By the word that a value has for its type. */
const writers: Record<string, (value: never, depth: number) => Uint8Array[]> = {
  Null: () => [head(0xC0)],
  Boolean: (value: boolean) => [head(value ? 0xC3 : 0xC2)],
  Number: ofNumber,
  String: ofText,
  BigInt: (value: bigint) => extension(extensions.bigint, toBytes(`${value}`)),
  Undefined: () => extension(extensions.undefined, joined([])),
  Date: (value: Date) => ofTime(Number(value)),
  Uint8Array: (value: Uint8Array) => [length(value.length, 0xC4), value],
  Map: (value: Map<unknown, unknown>, depth) => extension(extensions.map, joined(partsOf([...value].flat(), depth))),
  Set: (value: Set<unknown>, depth) => extension(extensions.set, joined(partsOf([...value], depth))),
  Array: (value: unknown[], depth) => [
    value.length < 16 ? head(0x90 + value.length) : length(value.length, 0xDC, 2),
    ...Array.from(value, item => partsOf(item, depth)).flat(),
  ],
  Object(value: object, depth) {
    if (!isPlainObject(value))
      unstorable(`A ${value.constructor.name}`)
    const entries = Object.entries(value)
    return [
      entries.length < 16 ? head(0x80 + entries.length) : length(entries.length, 0xDE, 2),
      ...entries.flatMap(([key, item]) => [...ofText(key), ...partsOf(item, depth)]),
    ]
  },
}

/**
 * A value as MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md). Throws a
 * TypeError for what would not come back as it was.
 */
export function writePack(value: unknown): Uint8Array {
  return joined(partsOf(value, 0))
}

function partsOf(value: unknown, depth: number): Uint8Array[] {
  if (depth > deepest)
    unstorable('What is nested this deep, or contains itself,')
  const tag = tagOf(value)
  // `new Boolean(false)` would come back as true.
  if (typeof value === 'object' && /^(?:Boolean|Number|String|BigInt)$/.test(tag))
    unstorable(`An object that holds a ${tag}`)
  return (writers[tag] ?? unstorable(`A ${tag}`))(value as never, depth + 1)
}
