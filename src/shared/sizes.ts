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
  const [, number, unit = ''] = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]{0,3})$/i.exec(text) ?? []
  const bytes = Math.floor(Number(number) * (units.get(unit.toLowerCase()) ?? Number.NaN))
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN
}

const written = [['GB', 1e9], ['GiB', 2 ** 30], ['MB', 1e6], ['MiB', 2 ** 20], ['kB', 1e3], ['KiB', 2 ** 10]] as const

/**
 * The shortest text that `parseSize` reads as exactly this: 268435456 → `256MiB`, 256000000 →
 * `256MB`.
 */
export function writeSize(bytes: number): string {
  const [unit, step] = written.find(([, step]) => bytes >= step && bytes % step === 0) ?? ['', 1]
  return `${bytes / step}${unit}`
}
