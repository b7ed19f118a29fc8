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

function highestOf(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0)
}

function roundUp(value: number): number {
  if (!(value > 1) || !Number.isFinite(value))
    return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 5, 10].find(factor => factor * power >= value) ?? 10)
}
