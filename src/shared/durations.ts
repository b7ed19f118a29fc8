/** Unit of a time → seconds; without one it is in seconds. */
export const durationUnits = { '': 1, 's': 1, 'm': 60, 'h': 3600, 'd': 86_400 }
const units = new Map(Object.entries(durationUnits))

/** How a time may be written, for messages: "must be …". */
export const durationForm = 'a time such as 90, 90s, 15m, 2h or 7d'

/**
 * Reads a time in seconds: `90`, `90s`, `15m`, `2h`, `7d`, with up to three decimals. NaN for any
 * other text.
 */
export function parseDuration(text: string): number {
  const [, number, unit = ''] = /^(\d{1,300}(?:\.\d{1,3})?)([smhd]?)$/.exec(text) ?? []
  return Number(number) * (units.get(unit) ?? Number.NaN)
}

const written = [['d', 86_400], ['h', 3600], ['m', 60]] as const

/** The shortest text that `parseDuration` reads as exactly this: 5400 → `90m`, 86400 → `1d`. */
export function writeDuration(seconds: number): string {
  const [unit, step] = written.find(([, step]) => seconds >= step && seconds % step === 0) ?? ['s', 1]
  return `${seconds / step}${unit}`
}
