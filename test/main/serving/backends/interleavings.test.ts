import { Buffer } from 'node:buffer'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createMemoryBackend } from '../../../helpers/memory-backend'
import { createAttempts, createDice, createGate, createStates } from '../elsewhere/interleaving'
import { callOf } from '../setup'
import { setUpBackend } from './setup'

const keys = ['a', 'b']
/** Of about 70 steps, of which half are operations. */
const runs = process.env.LARDER_HARD === '1' ? 500 : 150

// Larders that write in the same millisecond may draw the same version; here they do.
beforeAll(() => {
  vi.spyOn(crypto, 'randomInt').mockImplementation(() => 0)
  syncBuiltinESMExports()
})

afterAll(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

// Red: in src/main/serving/backends/copies.ts let `isSame` compare no values.
it('tells its own write from a copy with the same version', async () => {
  const memory = createMemoryBackend()
  const [one, other] = [0, 1].map(() => setUpBackend(memory, { near: { ttl: 60 } }, { ttl: null })) as
    [ReturnType<typeof setUpBackend>, ReturnType<typeof setUpBackend>]
  await one.set('a', 'first')
  expect(await other.get('a')).toBe('first')
  await other.set('a', 'second')
  expect(await other.get('a')).toBe('second')
})

/**
 * Two Larders at one backend. With near 0 nobody gets a value older than what the backend had when
 * they asked, whoever wrote it. With near copies each Larder sees its own writes, flushes and
 * invalidations.
 */
// Red: in src/main/serving/layers/backend.ts let readers join with near 0; in backends/copies.ts
// let `put` store what is not current.
describe.each([
  { near: 0, format: 'envelope' },
  { near: 0, format: 'raw' },
  { near: 60, format: 'envelope' },
] as const)('random interleavings at a backend, near $near, $format', ({ near, format }) => {
  it('never show anybody a value older than what they may rely on', async () => {
    await fc.assert(fc.asyncProperty(fc.integer(), fc.integer({ min: 20, max: 120 }), async (seed, steps) => {
      const roll = createDice(seed)
      const memory = createMemoryBackend()
      const larders = [0, 1].map(() => {
        const parts = setUpBackend(memory, { near: { ttl: near }, format }, { ttl: null })
        return { ...parts, own: createStates(keys) }
      })
      memory.now = () => 0
      const states = createStates(keys)
      memory.changed = (key, bytes) =>
        states.add(key.slice(2), bytes === null ? null : /w\d+$/.exec(bytes.toString('latin1'))?.[0] ?? '?')
      const { gate, passOne, drain } = createGate(roll, 'refused')
      memory.gate = gate
      const open: Promise<void>[] = []
      const wrong: string[] = []
      const failing = createAttempts(wrong)
      let written = 0
      type Which = typeof larders[number]

      const read = ({ cache, own }: Which, key: string): Promise<void> => failing(async () => {
        const floor = near === 0 ? states.numberOf(key) : own.floor(key)
        const found = await cache().get(key, callOf())
        const answer = typeof found === 'string' ? null : found.value.toString()
        if (!states.allows(key, floor, answer))
          wrong.push(`${key}: ${answer}, but ${floor} was to be relied on`)
      })

      const write = ({ cache, own }: Which, key: string, how: number): Promise<void> => failing(async () => {
        const before = states.numberOf(key)
        const text = `w${++written}`
        if (how === 0)
          await cache().delete(key, undefined, callOf())
        else if ((await cache().set(key, Buffer.from(text), { ifAbsent: how === 1 }, callOf())).outcome === 'refused')
          return
        // A deletion is some state after the one in which it began.
        own.raise(key, how === 0 ? before + 1 : states.numberOf(key, text))
      })

      const drop = ({ cache, own }: Which, how: number): Promise<void> => failing(async () => {
        const before = keys.map(key => ({ number: states.numberOf(key), there: states.latest(key) !== null }))
        await (how === 0 ? cache().flush(callOf()) : cache().invalidate({ prefix: 'a' }, {}, callOf()))
        // What was there when it began has gone, or something else has taken its place.
        keys.slice(0, how === 0 ? 2 : 1).forEach((key, index) =>
          own.raise(key, (before[index] as { number: number, there: boolean }).number + Number(before[index]?.there)))
      })

      for (let step = 0; step < steps; step++) {
        const key = keys[roll(8) === 0 ? 1 : 0] as string
        const larder = larders[roll(2)] as Which
        const lot = roll(22)
        if (lot < 5)
          open.push(read(larder, key))
        else if (lot < 8)
          open.push(write(larder, key, roll(5)))
        else if (lot < 10)
          open.push(drop(larder, roll(2)))
        else if (lot < 11)
          larders.forEach(({ pass }) => pass(roll(3) * 2500))
        else
          passOne()
        if (roll(2) === 0)
          await turn()
      }
      await drain(open)
      memory.gate = () => {}
      larders.forEach(({ pass }) => pass(60_000))
      for (const larder of larders)
        await Promise.all(keys.map(key => read(larder, key)))
      expect(wrong).toEqual([])
    }), { numRuns: runs, endOnFailure: true })
  }, 120_000)
})
