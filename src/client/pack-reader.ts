import { toText } from './bytes'
import { extensions } from './pack-writer'

/** Kinds of numbers; the last two bits of each one's place say how long it is. */
const kinds = 'Uint8 Uint16 Uint32 BigUint64 Int8 Int16 Int32 BigInt64 - - Float32 Float64'.split(' ')

/**
 * Reads one value of MessagePack, whoever wrote it. Throws an Error if the bytes are none, end
 * early, or go on. Objects of other programs whose keys are not all text become a Map.
 */
export function readPack(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0

  function part(size: number): Uint8Array {
    at += size
    if (at > bytes.length)
      throw new RangeError('MessagePack ends early.')
    return bytes.subarray(at - size, at)
  }

  /** Only a whole number that a number does not hold exactly is a bigint. */
  function number(kind: number): number {
    const size = 2 ** (kind & 3)
    part(size)
    const value = view[`get${kinds[kind]}` as 'getBigInt64'](at - size) as bigint | number
    return typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? value as never : Number(value)
  }

  function list<T>(count: number, read: () => T): T[] {
    const items: T[] = []
    while (items.length < count)
      items.push(read())
    return items
  }

  function object(count: number): unknown {
    const pairs = list(count, () => [read(), read()] as [string, unknown])
    return pairs.every(([key]) => typeof key === 'string')
      ? Object.fromEntries(pairs)
      : new Map<unknown, unknown>(pairs)
  }

  function extension(size: number): unknown {
    const type = number(4)
    const payload = part(size)
    if (type === extensions.date)
      return readDate(payload)
    if (type === extensions.bigint)
      return BigInt(toText(payload))
    if (type === extensions.undefined)
      return undefined
    const items = readPack(payload) as unknown[]
    if (type === extensions.set)
      return new Set(items)
    if (type !== extensions.map)
      throw new TypeError(`Nobody knows the extension ${type}.`)
    const map = new Map<unknown, unknown>()
    for (let index = 0; index < items.length; index += 2)
      map.set(items[index], items[index + 1])
    return map
  }

  function read(): unknown {
    const byte = number(0)
    const after = (first: number): number => number(byte - first)
    if (byte > 0xDF)
      return byte - 256
    if (byte > 0xDD)
      return object(after(0xDD))
    if (byte > 0xDB)
      return list(after(0xDB), read)
    if (byte > 0xD8)
      return toText(part(after(0xD9)))
    if (byte > 0xD3)
      return extension(2 ** (byte - 0xD4))
    if (byte > 0xCB)
      return after(0xCC)
    if (byte > 0xC9)
      return after(0xC0)
    if (byte > 0xC6)
      return extension(after(0xC7))
    if (byte > 0xC3)
      return part(after(0xC4)).slice()
    if (byte > 0xC1)
      return byte > 0xC2
    if (byte > 0xBF)
      return byte > 0xC0 ? part(Infinity) : null
    if (byte > 0x9F)
      return toText(part(byte & 31))
    if (byte > 0x8F)
      return list(byte & 15, read)
    return byte > 0x7F ? object(byte & 15) : byte
  }

  /** A timestamp of 4, 8 or 12 bytes; nanoseconds are cut to milliseconds. */
  function readDate({ length, byteOffset }: Uint8Array): Date {
    const from = byteOffset - bytes.byteOffset
    const first = view.getUint32(from)
    const seconds = length > 8 ? Number(view.getBigInt64(from + 4)) : length > 4 ? view.getUint32(from + 4) : first
    const nanoseconds = length > 8 ? first : length > 4 ? first >>> 2 : 0
    return new Date((length === 8 ? (first & 3) * 2 ** 32 + seconds : seconds) * 1000 + Math.floor(nanoseconds / 1e6))
  }

  const value = read()
  if (at < bytes.length)
    throw new RangeError('MessagePack goes on after its value.')
  return value
}
