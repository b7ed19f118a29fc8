import type { Moment, Scalar, Value } from './values'
import { isUtf8 } from 'node:buffer'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { brokenAt, quoted } from './fault'
import { shortest } from './numbers'
import { bufferOf } from './utf8'
import { momentOf } from './values'

/** What MessagePack holds, with what becomes of extension types besides the timestamp. */
export type Tree<Extension> = Scalar | Extension | readonly Tree<Extension>[] | ReadonlyMap<string, Tree<Extension>>

/** An extension where it was found; `depth` is how many levels it is nested. */
export interface Extended { type: number, payload: Uint8Array, at: number, depth: number }

/** Where a reader is in the bytes. */
interface Cursor<E> {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  readonly extension: (found: Extended) => E
}

/**
 * Reads one MessagePack value. Whole numbers beyond 2^53 become bigint, maps keep their order.
 * Throws FormatFault with the byte: a length is compared with what is left before anything of it is
 * made.
 */
export function readMsgpack(bytes: Uint8Array): Value {
  return readTree(bytes, ({ type, at }) => {
    if (type === timestamp)
      throw brokenAt(at, 'begins a time that is broken or out of range')
    throw brokenAt(at, `begins a value of the extension type ${type}, which only its program knows`)
  })
}

/**
 * As `readMsgpack`, with types of other programs, and times whose year has more than four digits:
 * only the caller knows what they are.
 */
export function readTree<E>(bytes: Uint8Array, extension: (found: Extended) => E, depth = 0): Tree<E> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const cursor: Cursor<E> = { bytes, view, at: 0, extension }
  const value = readValue(cursor, depth)
  if (cursor.at < bytes.length)
    throw brokenAt(cursor.at, 'follows the end of the value')
  return value
}

function readValue<E>(cursor: Cursor<E>, depth: number): Tree<E> {
  const at = cursor.at
  if (depth > limits.jsonDepth)
    throw brokenAt(at, `nests deeper than ${limits.jsonDepth} levels`)
  const code = cursor.view.getUint8(skip(cursor, 1))
  if (code < 0x80)
    return code
  if (code >= 0xE0)
    return code - 0x100
  if (code < 0x90)
    return readMap(cursor, code & 0x0F, depth)
  if (code < 0xA0)
    return readList(cursor, code & 0x0F, depth)
  if (code < 0xC0)
    return readText(cursor, code & 0x1F)
  switch (code) {
    case 0xC0: return null
    case 0xC2: return false
    case 0xC3: return true
    case 0xC4:
    case 0xC5:
    case 0xC6: return readBytes(cursor, readLength(cursor, code - 0xC4))
    case 0xC7:
    case 0xC8:
    case 0xC9: return readExtension(cursor, readLength(cursor, code - 0xC7), at, depth)
    case 0xCA: return cursor.view.getFloat32(skip(cursor, 4))
    case 0xCB: return cursor.view.getFloat64(skip(cursor, 8))
    case 0xCC: return cursor.view.getUint8(skip(cursor, 1))
    case 0xCD: return cursor.view.getUint16(skip(cursor, 2))
    case 0xCE: return cursor.view.getUint32(skip(cursor, 4))
    case 0xCF: return shortest(cursor.view.getBigUint64(skip(cursor, 8)))
    case 0xD0: return cursor.view.getInt8(skip(cursor, 1))
    case 0xD1: return cursor.view.getInt16(skip(cursor, 2))
    case 0xD2: return cursor.view.getInt32(skip(cursor, 4))
    case 0xD3: return shortest(cursor.view.getBigInt64(skip(cursor, 8)))
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8: return readExtension(cursor, 1 << (code - 0xD4), at, depth)
    case 0xD9:
    case 0xDA:
    case 0xDB: return readText(cursor, readLength(cursor, code - 0xD9))
    case 0xDC:
    case 0xDD: return readList(cursor, readLength(cursor, code - 0xDB), depth)
    case 0xDE:
    case 0xDF: return readMap(cursor, readLength(cursor, code - 0xDD), depth)
    default: throw brokenAt(at, 'is C1, which MessagePack never uses')
  }
}

/** Moves on and returns the place before. Throws FormatFault if there are not so many bytes. */
function skip(cursor: Cursor<unknown>, count: number): number {
  const { at } = cursor
  checkLeft(cursor, count)
  cursor.at += count
  return at
}

function checkLeft({ bytes, at }: Cursor<unknown>, count: number): void {
  if (count > bytes.length - at)
    throw brokenAt(at, `needs ${grouped(count)} more bytes, but only ${grouped(bytes.length - at)} follow`)
}

/** @param size 0, 1, 2 for a length of one, two and four bytes */
function readLength(cursor: Cursor<unknown>, size: number): number {
  const at = skip(cursor, 1 << size)
  return size === 0 ? cursor.view.getUint8(at) : size === 1 ? cursor.view.getUint16(at) : cursor.view.getUint32(at)
}

function readBytes(cursor: Cursor<unknown>, length: number): Uint8Array {
  const at = skip(cursor, length)
  return cursor.bytes.subarray(at, at + length)
}

function readText(cursor: Cursor<unknown>, length: number): string {
  const { at } = cursor
  const bytes = readBytes(cursor, length)
  if (!isUtf8(bytes))
    throw brokenAt(at, 'begins a text that is not UTF-8')
  return bufferOf(bytes).toString()
}

function readList<E>(cursor: Cursor<E>, length: number, depth: number): Tree<E> {
  checkLeft(cursor, length)
  const items: Tree<E>[] = []
  for (let index = 0; index < length; index++)
    items.push(readValue(cursor, depth + 1))
  return items
}

function readMap<E>(cursor: Cursor<E>, length: number, depth: number): Tree<E> {
  checkLeft(cursor, length * 2)
  const members = new Map<string, Tree<E>>()
  for (let index = 0; index < length; index++) {
    const { at } = cursor
    const name = readValue(cursor, depth + 1)
    if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'bigint')
      throw brokenAt(at, 'is a key that is neither text nor a number')
    if (members.has(String(name)))
      throw brokenAt(at, `is the key ${quoted(String(name))} for the second time`)
    members.set(String(name), readValue(cursor, depth + 1))
  }
  return members
}

/** The type of a point in time, which has three forms. */
const timestamp = -1

/** Parts of a microsecond are cut off; what no Moment can be is left to the caller. */
function readExtension<E>(cursor: Cursor<E>, length: number, at: number, depth: number): Scalar | E {
  const type = cursor.view.getInt8(skip(cursor, 1))
  const start = skip(cursor, length)
  const moment = type === timestamp ? readMoment(cursor.view, start, length) : undefined
  return moment ?? cursor.extension({ type, payload: cursor.bytes.subarray(start, start + length), at, depth })
}

const million = 1_000_000n

function readMoment(view: DataView, at: number, length: number): Moment | undefined {
  if (length === 4)
    return momentOf(BigInt(view.getUint32(at)) * million)
  if (length === 8) {
    const both = view.getBigUint64(at)
    const nanos = both >> 34n
    return nanos < 1_000_000_000n ? momentOf((both & 0x3FFFFFFFFn) * million + nanos / 1000n) : undefined
  }
  if (length !== 12)
    return undefined
  const nanos = view.getUint32(at)
  return nanos < 1_000_000_000 ? momentOf(view.getBigInt64(at + 4) * million + BigInt(nanos) / 1000n) : undefined
}
