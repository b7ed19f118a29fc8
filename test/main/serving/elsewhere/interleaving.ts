/** Whole numbers from 0 up to, but not including, `sides`; the same ones for the same seed. */
export function createDice(seed: number): (sides: number) => number {
  let state = seed | 0
  return (sides) => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0
    return (state >>> 8) % sides
  }
}

/**
 * The states that each key has had elsewhere, numbered in their order; null = nothing is there. A
 * reader must get nothing older than what it may rely on when it asks: its floor.
 */
export function createStates(keys: readonly string[]) {
  const states = new Map(keys.map(key => [key, [null] as (string | null)[]]))
  const floors = new Map(keys.map(key => [key, 0]))
  const of = (key: string) => states.get(key) as (string | null)[]
  return {
    add: (key: string, state: string | null) => of(key).push(state),
    /** Number of the latest state, or of this one. */
    numberOf: (key: string, state?: string) => state === undefined ? of(key).length - 1 : of(key).indexOf(state),
    latest: (key: string) => of(key).at(-1) ?? null,
    floor: (key: string) => floors.get(key) as number,
    raise(key: string, to: number) {
      floors.set(key, Math.max(floors.get(key) as number, to))
    },
    /** Whether an answer is one of a state not older than the floor. */
    allows: (key: string, floor: number, answer: string | null) => of(key).slice(floor).includes(answer),
  }
}
