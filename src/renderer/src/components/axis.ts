/** An axis with its ends and the positions of its lines. */
interface Axis { low: number, high: number, marks: number[] }

/**
 * Returns an axis from 0 to `top`, or to the next round number (1, 2 or 5 times a power of ten) at
 * or above the highest value; the upper end is at least 1.
 */
export function linearAxis(values: readonly number[], top?: number): Axis {
  const high = top ?? roundUp(highestOf(values))
  return { low: 0, high, marks: [0, high / 2, high] }
}

/** Returns powers of ten around the values, at least two decades; 10 to 1000 without values. */
export function logAxis(values: readonly number[]): Axis {
  const positive = values.filter(value => value > 0)
  const low = positive.length > 0 ? Math.floor(Math.log10(positive.reduce((a, b) => Math.min(a, b)))) : 1
  const high = Math.max(low + 2, Math.ceil(Math.log10(highestOf(positive))))
  return { low: 10 ** low, high: 10 ** high, marks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) }
}

/**
 * Round times between two moments (seconds since 1970), few enough to be written beside each other.
 */
export function timeMarks(from: number, to: number): number[] {
  const span = to - from
  const step = span > 3600 ? 14_400 : span > 120 ? 300 : 15
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step)
}

/** Marks are round numbers: `10.0 ms` → `10 ms`, `2.50 s` → `2.5 s`. */
export function withoutZeros(text: string): string {
  return text.replace(/\.\d+/, decimals => String(Number(`0${decimals}`)).slice(1))
}

/**
 * Lines that stand on each other: each is the sum of its own values and those before it, null where
 * one of them is.
 */
export function stack(lines: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: (number | null)[][] = []
  for (const line of lines) {
    const below = sums.at(-1)
    sums.push(line.map((value, i) => {
      const base = below ? below[i] ?? null : 0
      return value === null || base === null ? null : value + base
    }))
  }
  return sums
}

function highestOf(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0)
}

function roundUp(value: number): number {
  if (!(value > 1) || !Number.isFinite(value))
    return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 5, 10].find(factor => factor * power >= value) ?? 10)
}
