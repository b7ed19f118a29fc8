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

/**
 * Parses bytes as people write them: plain, or with a unit as on the command line. Units of `256MB`
 * are powers of 1000, those of `64 MiB` powers of 1024. Returns NaN for anything else.
 */
export function parseBytes(text: string): number {
  const match = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]{0,3})$/i.exec(text.trim())
  return Math.floor(Number(match?.[1]) * (units.get(match?.[2]?.toLowerCase() ?? 'unknown') ?? Number.NaN))
}

/**
 * Returns the shortest text that `parseBytes` reads as exactly this number: 268435456 → `256MiB`,
 * 256000000 → `256MB`.
 */
export function writeBytes(bytes: number): string {
  const written = [['GB', 1e9], ['GiB', 2 ** 30], ['MB', 1e6], ['MiB', 2 ** 20], ['kB', 1e3], ['KiB', 2 ** 10]] as const
  const [unit, size] = written.find(([, step]) => bytes >= step && bytes % step === 0) ?? ['', 1]
  return `${bytes / size}${unit}`
}
