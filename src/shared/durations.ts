import { counted } from './grouped'

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

const written = [['d', 86_400, 'day'], ['h', 3600, 'hour'], ['m', 60, 'minute']] as const
type Written = typeof written[number] | readonly ['s', 1, 'second']

function writtenIn(seconds: number): Written {
  return written.find(([, step]) => seconds >= step && seconds % step === 0) ?? ['s', 1, 'second']
}

/** The shortest text that `parseDuration` reads as exactly this: 5400 → `90m`, 86400 → `1d`. */
export function writeDuration(seconds: number): string {
  const [unit, step] = writtenIn(seconds)
  return `${seconds / step}${unit}`
}

/** The same for sentences: 5400 → `90 minutes`, 86400 → `1 day`. */
export function sayDuration(seconds: number): string {
  const [, step, unit] = writtenIn(seconds)
  return counted(seconds / step, unit, `${unit}s`)
}
