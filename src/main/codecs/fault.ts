import { grouped } from '@shared/grouped'
import { FormatFault } from '../base/conversions'

/** @param byte counted from 0 */
export function brokenAt(byte: number, reason: string): FormatFault {
  return new FormatFault('broken', `Byte ${grouped(byte)}: ${reason}.`)
}

/** @param row counted from 1, without a header */
export function unfitCell(row: number, column: string, reason: string): FormatFault {
  return new FormatFault('unfit', `Row ${grouped(row)}, column ${quoted(column)}: ${reason}.`)
}

export function unfit(sentence: string): FormatFault {
  return new FormatFault('unfit', sentence)
}

/** Characters of a name that a sentence repeats. */
const longest = 64

/** A name from a value, for a sentence. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name)
}
