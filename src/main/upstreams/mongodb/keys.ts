import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson'

/** Whole numbers in their one spelling, so that no two keys are one document. */
const wholeNumber = /^(?:0|-?[1-9]\d{0,18})$/
const objectId = /^[\da-f]{24}$/
const numberTypes = [Int32, Long, Double, Decimal128]

/** A key as Larder writes it: text, or bytes where it is not UTF-8. */
export function ownKey(key: string): string | Binary {
  return key.isWellFormed() ? key : new Binary(encodeKey(key))
}

/** All that a key may be in documents of others, beginning with what it most likely is. */
export function keyValues(key: string): (string | Binary | ObjectId | Long)[] {
  const values: ReturnType<typeof keyValues> = [ownKey(key)]
  if (objectId.test(key))
    values.push(new ObjectId(key))
  if (wholeNumber.test(key) && BigInt.asIntN(64, BigInt(key)) === BigInt(key))
    values.push(Long.fromString(key))
  return values
}

/** The key that a value of the key field stands for; undefined if it is none. */
export function nameOfKey(value: unknown): string | undefined {
  if (typeof value === 'string')
    return value
  if (value instanceof ObjectId)
    return value.toHexString()
  if (value instanceof Binary) {
    const key = decodeKey(Buffer.from(value.value()))
    // Text is looked for as text.
    return key.isWellFormed() ? undefined : key
  }
  // To the library a timestamp is a Long, too.
  const isNumber = numberTypes.some(type => value instanceof type) && !(value instanceof Timestamp)
  const text = isNumber ? String(value) : ''
  return wholeNumber.test(text) ? text : undefined
}

/** The first text after all that begin with this one, in the order of bytes; null: none. */
export function textAfter(prefix: string): string | null {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0)
  while (points.at(-1) === 0x10FFFF)
    points.pop()
  const last = points.pop()
  // Between these two are only halves of characters.
  return last === undefined ? null : String.fromCodePoint(...points, last === 0xD7FF ? 0xE000 : last + 1)
}
