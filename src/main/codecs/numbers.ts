import { bufferOf } from './utf8'

/** A number where a double can say it, otherwise the bigint. */
export function shortest(number: bigint): number | bigint {
  const double = Number(number)
  return Number.isSafeInteger(double) ? double : number
}

/** A quotient that is rounded down, also below 0. */
export function floorDivide(number: bigint, divisor: bigint): bigint {
  const quotient = number / divisor
  return number < 0n && quotient * divisor !== number ? quotient - 1n : quotient
}

/** A whole number with a sign, its highest byte first, to what a double can say. */
export function wholeOf(bytes: Uint8Array): number {
  return bytes.length === 0
    ? 0
    : Number(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bufferOf(bytes).toString('hex')}`)))
}

/** A number of 16 bits (IEEE 754). */
export function halfOf(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = (bits & 1023) / 1024
  if (exponent === 31)
    return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15))
}

/** `01:02:03.000004`, for microseconds since midnight. */
export function timeInDay(micros: bigint): string {
  const [hours, minutes, seconds] = [3_600_000_000n, 60_000_000n, 1_000_000n].map((size, index) =>
    String(micros / size % (index === 0 ? 100n : 60n)).padStart(2, '0'))
  const rest = micros % 1_000_000n
  return `${hours}:${minutes}:${seconds}${rest === 0n ? '' : `.${String(rest).padStart(6, '0')}`}`
}
