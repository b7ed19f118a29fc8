import type { Document } from 'bson'
import { Buffer } from 'node:buffer'
import { Binary, Decimal128, Double, EJSON, Int32, Long, ObjectId, Timestamp } from 'bson'

/** The types that queries name, as far as somebody here asks for them. */
const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  binData: value => value instanceof Binary,
  objectId: value => value instanceof ObjectId,
  number: isNumber,
}

function isNumber(value: unknown): boolean {
  return [Int32, Long, Double, Decimal128].some(type => value instanceof type) && !(value instanceof Timestamp)
}

/** Throws for a type that there is not. */
export function isOfType(value: unknown, name: unknown): boolean {
  const check = types[String(name)]
  if (!check)
    throw new CommandFailure(2, 'BadValue', `Unknown type name alias: ${String(name)}`)
  return check(value)
}

/** The same for values that are equal to the server, and only for them. */
export function identityOf(value: unknown): string {
  if (isNumber(value))
    return `number ${/^-?\d+$/.test(String(value)) ? String(BigInt(String(value))) : String(Number(String(value)))}`
  if (Array.isArray(value))
    return `[${value.map(identityOf).join()}]`
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${identityOf(each)}`).join()}}`
  return EJSON.stringify({ value }, { relaxed: false })
}

/** Orders two values of one type; undefined for those of different ones. */
export function compare(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'string' && typeof b === 'string')
    return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (a instanceof Date && b instanceof Date)
    return a.getTime() - b.getTime()
  return undefined
}

/** An error that the server answers. */
export class CommandFailure extends Error {
  readonly reply: Document

  constructor(code: number, codeName: string, errmsg: string, more: Document = {}) {
    super(errmsg)
    this.reply = { ok: 0, errmsg, code, codeName, ...more }
  }
}
