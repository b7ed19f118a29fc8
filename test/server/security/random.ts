/** Pseudo-random numbers that repeat for the same seed (mulberry32). */
export interface Random {
  /** Returns an integer from 0 to `below` - 1. */
  below: (below: number) => number
  pick: <T>(from: readonly [T, ...T[]]) => T
  bytes: (length: number) => Buffer
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: from => from[below(from.length)] ?? from[0],
    bytes: length => Buffer.from(Array.from({ length }, () => below(256))),
  }
}
