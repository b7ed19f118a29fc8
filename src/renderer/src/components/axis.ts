/** Where the lines of an axis lie: its ends, and in linear ones the middle. */
interface Axis { low: number, high: number, marks: number[] }

/**
 * From 0 to `top`, or to a round number not below the highest value: 1, 2 or 5 times a power of
 * ten; to 1 at least.
 */
export function linearAxis(values: readonly number[], top?: number): Axis {
  const high = top ?? roundUp(highestOf(values))
  return { low: 0, high, marks: [0, high / 2, high] }
}

/** Powers of ten around the values, two decades at least: from 10 to 1000 for nothing. */
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
