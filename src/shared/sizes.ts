const units = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
])

/** How a size may be written, for messages: "must be …". */
export const sizeForm = 'a size such as 256MB, 1GB, 64MiB or plain bytes'

/**
 * Reads a number of bytes: plain, or with a unit in any case. kB, MB, GB and TB are powers of 1000;
 * KiB, MiB, GiB and TiB are powers of 1024. A part of a byte is dropped. NaN for any other text.
 */
export function parseSize(text: string): number {
  const [, number, fraction = '', unit = ''] = /^(\d{1,16})(?:\.(\d{1,6}))? ?([a-z]{0,3})$/i.exec(text) ?? []
  const step = units.get(unit.toLowerCase())
  if (number === undefined || step === undefined)
    return Number.NaN
  // In whole millionths: 16.777216 times a million is not a whole number in floating point.
  const bytes = Number(BigInt(number + fraction.padEnd(6, '0')) * BigInt(step) / 1_000_000n)
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN
}

const thousands = [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const
const powers = [['TiB', 2 ** 40], ['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]] as const

/**
 * The text that is shown everywhere, and that `parseSize` reads as exactly this. In steps of 1000,
 * or of 1024 where that is shorter: 256,000,000 → `256MB`, 268,435,456 → `256MiB`.
 */
export function writeSize(bytes: number): string {
  // `parseSize` reads six decimals.
  const [unit, step] = thousands.find(([, step]) => bytes >= step && bytes % Math.max(1, step / 1e6) === 0) ?? ['', 1]
  const decimal = `${bytes / step}${unit}`
  const power = powers.find(([, step]) => bytes >= step && bytes % step === 0)
  const binary = power && `${bytes / power[1]}${power[0]}`
  return binary !== undefined && binary.length < decimal.length ? binary : decimal
}
