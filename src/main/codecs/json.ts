import type { Sink } from './sink'
import type { RowTable } from './table'
import type { Scalar, Value } from './values'
import { limits } from '@shared/limits'
import { jsonFault } from '../base/json-syntax'
import { brokenAt, unfit } from './fault'
import { bufferOf, decodeUtf8 } from './utf8'
import { isList, isScalar, membersOf, writeTime } from './values'

/** Throws FormatFault unless the bytes are JSON. Makes no objects. */
export function checkJson(bytes: Uint8Array): void {
  decodeUtf8(bytes)
  const fault = jsonFault(bytes)
  if (fault !== undefined)
    throw brokenAt(fault, `is where this stops being JSON, or nests deeper than ${limits.jsonDepth} levels`)
}

/** Reads JSON. Whole numbers beyond 2^53 become bigint. Throws FormatFault. */
export function readJson(bytes: Uint8Array): Value {
  checkJson(bytes)
  return parseJsonText(decodeUtf8(bytes))
}

/** What may be a whole number that a double cannot hold. */
const longNumber = /\d{16}/
const wholeNumber = /^-?\d+$/

/** Parses a text that is known to be JSON. */
export function parseJsonText(text: string): Value {
  return JSON.parse(text, longNumber.test(text) ? keepDigits : undefined) as Value
}

function keepDigits(this: unknown, _: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number'
    && !Number.isSafeInteger(value)
    && context?.source !== undefined
    && wholeNumber.test(context.source)
    ? BigInt(context.source)
    : value
}

/** Writes any value as JSON. Throws FormatFault beyond the sink's limit, and for deep nesting. */
export function writeJson(value: Value, sink: Sink, depth = 0): void {
  if (depth > limits.jsonDepth)
    throw unfit(`The value is nested deeper than ${limits.jsonDepth} levels.`)
  if (isScalar(value))
    return sink.text(scalarText(value))
  const isArray = isList(value)
  let before = isArray ? '[' : '{'
  for (const [name, member] of isArray ? value.entries() : membersOf(value)) {
    sink.text(isArray ? before : `${before}${JSON.stringify(name)}:`)
    writeJson(member, sink, depth + 1)
    before = ','
  }
  sink.text(`${before === ',' ? '' : before}${isArray ? ']' : '}'}`)
}

/** JSON has no NaN and no infinity: they are null. Bytes are Base64, times are ISO 8601. */
function scalarText(value: Scalar): string {
  switch (typeof value) {
    case 'string': return JSON.stringify(value)
    case 'number': return Number.isFinite(value) ? numberText(value) : 'null'
    case 'object': return value === null
      ? 'null'
      : value instanceof Uint8Array
        ? `"${bufferOf(value).toString('base64')}"`
        : `"${writeTime(value)}"`
    default: return String(value)
  }
}

/**
 * A double such that it is read as one again: -0 keeps its sign, and a whole one beyond 2^53 is
 * written with an exponent, for digits alone would be a whole number.
 */
export function numberText(value: number): string {
  if (Object.is(value, -0))
    return '-0'
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
}

/** Writes rows as objects with all columns. */
export function writeRows({ rows, columns }: RowTable, sink: Sink, { first, between, last }: RowMarks): void {
  const starts = columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  sink.text(first)
  for (let row = 0; row < rows; row++) {
    if (row > 0)
      sink.text(between)
    let text = columns.length === 0 ? '{' : ''
    for (let index = 0; index < columns.length; index++)
      text += starts[index] as string + scalarText(columns[index]?.cells[row] ?? null)
    sink.text(`${text}}`)
  }
  sink.text(last)
}

interface RowMarks { readonly first: string, readonly between: string, readonly last: string }

export const jsonMarks: RowMarks = { first: '[', between: ',', last: ']' }
