import { setImmediate as turn } from 'node:timers/promises'
import { LarderError } from '@shared/errors'
import { SourceError } from '../../../../src/main/serving/sources/source'

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

/**
 * Holds calls elsewhere until they are let through, in any order. One in twelve fails.
 *
 * @param before how a call fails that has not begun
 */
export function createGate(roll: (sides: number) => number, before: 'refused' | 'unreachable') {
  const waiting: (() => void)[] = []
  return {
    gate: (moment: string) => new Promise<void>((resolve, reject) => {
      waiting.push(() => {
        if (roll(12) === 0)
          reject(new SourceError(moment === 'before' ? before : 'lost', 'Bad luck.'))
        else
          resolve()
      })
    }),
    /** Lets one of them through, if there is one. */
    passOne: () => waiting.splice(roll(Math.max(waiting.length, 1)), 1)[0]?.(),
    /** Lets all through until the operations have ended. */
    async drain(open: readonly Promise<void>[]) {
      const ended = Promise.all(open).then(() => 'ended')
      while (await Promise.race([ended, turn('open')]) === 'open')
        waiting.shift()?.()
      waiting.splice(0).forEach(pass => pass())
    },
  }
}

/** Runs an operation that may fail, and notes in `wrong` what is no LarderError. */
export function createAttempts(wrong: string[]): (work: () => Promise<void>) => Promise<void> {
  return async (work) => {
    try {
      await work()
    }
    catch (error) {
      if (!(error instanceof LarderError))
        wrong.push(String(error))
    }
  }
}
