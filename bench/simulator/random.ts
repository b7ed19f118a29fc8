/** Returns uniform random numbers in [0, 1). */
export type Random = () => number

/**
 * Returns the same numbers for the same seed on every machine: mulberry32 (Tommy Ettinger, public
 * domain), period 2^32.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Draws ranks 0 … count - 1, rank r with a probability proportional to 1 / (r + 1)^exponent. Exact,
 * by bisection of the cumulative probabilities.
 */
export function createZipf(count: number, exponent: number, random: Random): () => number {
  const upTo = new Float64Array(count)
  let total = 0
  for (let rank = 0; rank < count; rank++) {
    total += (rank + 1) ** -exponent
    upTo[rank] = total
  }
  return () => {
    const drawn = random() * total
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((upTo[middle] ?? total) > drawn)
        high = middle
      else
        low = middle + 1
    }
    return low
  }
}
