import { Buffer } from 'node:buffer'
import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAttempts, createDice, createGate, createStates } from '../elsewhere/interleaving'
import { callOf } from '../setup'
import { setUpSource, valueOf } from './setup'

const keys = ['a', 'b']
/** Of about 70 steps, of which half are operations. */
const runs = process.env.LARDER_HARD === '1' ? 600 : 200

// Red: in src/main/serving/elsewhere/turns.ts let `detach` leave `current` as it is, or let `load`
// join a load while the key is being written.
describe.each(['read', 'write-through'] as const)('random interleavings, mode %s', (mode) => {
  it('never show anybody a value older than what was acknowledged before they asked', async () => {
    await fc.assert(fc.asyncProperty(fc.integer(), fc.integer({ min: 20, max: 120 }), async (seed, steps) => {
      const roll = createDice(seed)
      const { memory, timer, cache, clock } = setUpSource({ mode, negativeTtl: 1, hardTimeout: 5 }, { ttl: null })
      const states = createStates(keys)
      memory.changed = (key, value) => states.add(key, value === null ? null : value.value.toString())
      const { gate, passOne, drain } = createGate(roll, 'refused')
      memory.gate = gate
      const open: Promise<void>[] = []
      const wrong: string[] = []
      const failing = createAttempts(wrong)
      let written = 0
      const read = (key: string): Promise<void> => failing(async () => {
        const floor = states.floor(key)
        const found = await cache().get(key, callOf())
        const answer = typeof found === 'string' ? null : found.value.toString()
        if (!states.allows(key, floor, answer))
          wrong.push(`${key}: ${answer}, but ${floor} was to be relied on`)
      })

      const write = (key: string, operation: 'set' | 'delete'): Promise<void> => failing(async () => {
        const text = `w${++written}`
        if (operation === 'set')
          await cache().set(key, Buffer.from(text), {}, callOf())
        else
          await cache().delete(key, undefined, callOf())
        states.raise(key, states.numberOf(key, operation === 'set' ? text : undefined))
      })

      const touch = (key: string): Promise<void> => failing(async () => {
        await cache().touch(key, 1000, undefined, callOf())
      })

      async function drop(how: number): Promise<void> {
        const before = keys.map(key => states.numberOf(key))
        await (how === 0 ? cache().flush(callOf()) : cache().invalidate({ prefix: '' }, {}, callOf()))
        keys.forEach((key, index) => states.raise(key, before[index] as number))
      }

      for (let step = 0; step < steps; step++) {
        // Most of it on one key, so that much happens at once.
        const key = keys[roll(8) === 0 ? 1 : 0] as string
        const lot = roll(22)
        if (lot < 5)
          open.push(read(key))
        else if (lot < 7 && mode === 'write-through')
          open.push(write(key, 'set'))
        else if (lot < 8 && mode === 'write-through')
          open.push(write(key, 'delete'))
        else if (lot < 9 && mode === 'write-through')
          open.push(touch(key))
        else if (lot < 9 && mode === 'read')
          memory.change(key, valueOf(`w${++written}`))
        else if (lot < 11)
          open.push(drop(roll(2)))
        else if (lot < 12)
          timer.advance(5000)
        else if (lot < 13)
          clock.advance(roll(3) * 1000)
        else
          passOne()
        if (roll(2) === 0)
          await turn()
      }
      await drain(open)
      memory.gate = () => {}
      await Promise.all(keys.map(read))
      expect(wrong).toEqual([])
    }), { numRuns: runs, endOnFailure: true })
  }, 120_000)
})
