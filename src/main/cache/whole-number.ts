import type { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'

const wholeNumber = /^(?:0|-?[1-9]\d{0,18})$/

/**
 * Adds to the decimal whole number (64-bit signed) in a value; without a value to 0. Throws
 * LarderError `not-a-number` if the value is none, or the sum exceeds 64 bits.
 */
export function addTo(value: Buffer | undefined, by: bigint): bigint {
  const number = value === undefined ? '0' : value.length <= 20 ? value.toString('latin1') : ''
  if (!wholeNumber.test(number))
    throw new LarderError('not-a-number', 'The value is not a decimal whole number.')
  const before = BigInt(number)
  const sum = before + by
  if (BigInt.asIntN(64, before) !== before || BigInt.asIntN(64, sum) !== sum)
    throw new LarderError('not-a-number', 'The result does not fit into 64 bits.')
  return sum
}
