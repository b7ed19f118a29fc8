import type { Buffer } from 'node:buffer'
import { CommandFault, faults } from './reply'

const whole = /^(?:0|-?[1-9]\d{0,18})$/
export const mostWhole = 2n ** 63n - 1n

/** The whole number of 64 bits that these bytes are; undefined if they are none. */
export function integerOf(bytes: Buffer): bigint | undefined {
  const text = bytes.length <= 20 ? bytes.toString('latin1') : ''
  if (!whole.test(text))
    return undefined
  const number = BigInt(text)
  return BigInt.asIntN(64, number) === number ? number : undefined
}

/** The same. Throws CommandFault if they are none. */
export function readWhole(bytes: Buffer): bigint {
  const number = integerOf(bytes)
  if (number === undefined)
    throw faults.notWhole()
  return number
}

/** Digits behind the point that Redis writes. */
const decimals = 17
/** Beyond it a sum would have more digits than anybody can use. */
const exponentMost = 300
const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i
const infinite = /^[+-]?inf(?:inity)?$/i

/**
 * A sum of decimal numbers as Redis writes it: with 17 digits behind the point at most, and without
 * zeros at its end. Throws CommandFault if one of them is none.
 *
 * @param notFloat what is thrown if it is the one before
 */
export function addDecimals(before: Buffer | undefined, by: Buffer, notFloat = faults.notFloat): string {
  const parts = [before === undefined ? zero : readTerm(before, notFloat), readTerm(by)]
  const ends = parts.filter(part => part !== null)
  if (ends.length < parts.length)
    throw new CommandFault('ERR increment would produce NaN or Infinity')
  return sumOf(ends)
}

/** Throws CommandFault for what is no number, or endless. */
export function checkDecimal(bytes: Buffer): void {
  if (readTerm(bytes) === null)
    throw new CommandFault('ERR value is NaN or Infinity')
}

/** A number as digits, of which so many stand behind the point. */
interface Decimal { digits: bigint, scale: number }
const zero: Decimal = { digits: 0n, scale: 0 }

/** Null for an endless one. Throws CommandFault. */
function readTerm(bytes: Buffer, notFloat = faults.notFloat): Decimal | null {
  const text = bytes.toString('latin1')
  return infinite.test(text) ? null : readDecimal(text, notFloat)
}

function sumOf(parts: readonly Decimal[]): string {
  const scale = Math.max(...parts.map(part => part.scale))
  const sum = parts.reduce((total, part) => total + part.digits * 10n ** BigInt(scale - part.scale), 0n)
  return writeDecimal(sum, scale)
}

function readDecimal(text: string, notFloat: () => CommandFault): Decimal {
  const [, sign, front = '', back = '', exponent = '0'] = decimal.exec(text) ?? []
  if (sign === undefined || front + back === '' || text.length > 256 || Math.abs(Number(exponent)) > exponentMost)
    throw notFloat()
  const scale = back.length - Number(exponent)
  const digits = BigInt(front + back) * (sign === '-' ? -1n : 1n)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

function writeDecimal(sum: bigint, scale: number): string {
  const rounded = scale > decimals ? roundedBy(sum, 10n ** BigInt(scale - decimals)) : sum
  const places = Math.min(scale, decimals)
  const isNegative = rounded < 0n
  const digits = (isNegative ? -rounded : rounded).toString().padStart(places + 1, '0')
  const text = places === 0
    ? digits
    : `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '')
  return isNegative ? `-${text}` : text
}

/** Half of the last digit goes to the even one, as in the C library. */
function roundedBy(sum: bigint, unit: bigint): bigint {
  const size = sum < 0n ? -sum : sum
  const [quotient, rest] = [size / unit, size % unit]
  const isUp = rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n)
  const rounded = isUp ? quotient + 1n : quotient
  return sum < 0n ? -rounded : rounded
}
