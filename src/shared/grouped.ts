/**
 * Formats an integer for people: 16384 → `16,384`. Does not use `Intl`, whose tables take
 * milliseconds to load.
 */
export function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
