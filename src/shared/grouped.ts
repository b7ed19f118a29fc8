/**
 * A whole number as people read it: 16384 → `16,384`. Without `Intl`, whose tables take
 * milliseconds to load.
 */
export function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
