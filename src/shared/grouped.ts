/**
 * Formats an integer for people: 16384 → `16,384`. Does not use `Intl`, whose tables take
 * milliseconds to load.
 */
export function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** A number of things for people: `1 entry`, `1,200 entries`. */
export function counted(number: number, one: string, many: string): string {
  return `${grouped(number)} ${number === 1 ? one : many}`
}
