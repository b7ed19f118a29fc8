import type { Document } from 'bson'
import type { Buffer } from 'node:buffer'
import { Double, EJSON, Int32, Long, Timestamp } from 'bson'

/**
 * A document as JSON: numbers with all their digits, and what JSON cannot say as canonical Extended
 * JSON. A double is never written as a whole number, so that it comes back as a double.
 */
export function jsonOfDocument(document: Document): string {
  return jsonOf(document)
}

function jsonOf(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean')
    return JSON.stringify(value)
  // To the library a timestamp is a Long, too.
  if (value instanceof Int32 || (value instanceof Long && !(value instanceof Timestamp)))
    return String(value)
  if (value instanceof Double && Number.isFinite(value.value))
    return textOfDouble(value.value)
  if (Array.isArray(value))
    return `[${value.map(jsonOf).join()}]`
  if (isPlain(value))
    return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${jsonOf(each)}`).join()}}`
  return EJSON.stringify(value, { relaxed: false })
}

function textOfDouble(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

/** Whether it is a document, and not a value of some other type, whatever its fields say. */
function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A reviver that is told the text of a number (ECMA-262, JSON.parse with source text access). */
type Reviver = (this: unknown, name: string, value: unknown, context: { source?: string }) => unknown

/** The text cannot be a document as it is. */
class NoDocument extends Error {}

/** Documents within each other, at most; MongoDB takes a hundred. */
const depthMax = 90

/** The document that a JSON object stands for; undefined if the bytes are none, or none can be. */
export function documentOfJson(bytes: Buffer): Document | undefined {
  const reviver: Reviver = (_, value, { source }) =>
    typeof value === 'number' ? numberOf(source ?? String(value)) : value
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const value: unknown = JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1])
    // At its beginning a $ would be an operator, which changes what is there.
    if (!isPlain(value) || Object.keys(value).some(name => name.startsWith('$')))
      return undefined
    return documentOf(value, 0)
  }
  catch {
    // Whatever it is, its bytes are kept as they are.
    return undefined
  }
}

/** Whole numbers of up to 64 bits keep their digits; any other is a double, as everywhere. */
function numberOf(text: string): Int32 | Long | Double {
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || Object.is(value, -0) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text))
    return new Double(value)
  return (value | 0) === value ? new Int32(value) : Long.fromString(text)
}

function documentOf(object: Document, depth: number): Document {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [whole(name), valueOf(value, depth + 1)]))
}

function valueOf(value: unknown, depth: number): unknown {
  if (depth > depthMax)
    throw new NoDocument('It is too deep')
  if (typeof value === 'string')
    return whole(value, true)
  if (Array.isArray(value))
    return value.map(each => valueOf(each, depth + 1))
  if (!isPlain(value))
    return value
  const typed: unknown = Object.keys(value).some(name => name.startsWith('$'))
    ? EJSON.parse(jsonOf(value), { relaxed: false })
    : value
  return isPlain(typed) ? documentOf(value, depth) : typed
}

/**
 * Text as BSON can have it: whole characters, and no NUL in a name. One name means a type to the
 * library.
 */
function whole(text: string, isValue = false): string {
  if (!text.isWellFormed() || (!isValue && (text.includes('\0') || text === '_bsontype')))
    throw new NoDocument('BSON cannot have this text')
  return text
}
