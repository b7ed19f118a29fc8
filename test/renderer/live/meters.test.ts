import { describe, expect, it } from 'vitest'
import { createRateMeter } from '../../../src/renderer/src/live/rate-meter'
import { createReservoir } from '../../../src/renderer/src/live/reservoir'

describe('rate meter', () => {
  const counts = (count: number) => new Map([['__proto__', count]])

  it('averages over its span', () => {
    const meter = createRateMeter(10)
    expect(meter.rate('__proto__')).toBeNull()
    meter.note(counts(100), 0)
    expect(meter.rate('__proto__')).toBeNull()
    meter.note(counts(150), 5)
    expect(meter.rate('__proto__')).toBe(10)
    meter.note(counts(150), 12)
    expect(meter.rate('__proto__')).toBe(0)
    // Nobody watched for a while.
    meter.note(counts(350), 112)
    expect(meter.rate('__proto__')).toBe(2)
  })

  it('starts anew with a count that fell, or a name that was away', () => {
    const meter = createRateMeter(10)
    meter.note(counts(100), 0)
    meter.note(counts(3), 1)
    expect(meter.rate('__proto__')).toBeNull()
    meter.note(counts(5), 2)
    expect(meter.rate('__proto__')).toBe(2)
    meter.note(new Map(), 3)
    meter.note(counts(500), 4)
    expect(meter.rate('__proto__')).toBeNull()
  })
})

describe('reservoir', () => {
  it('keeps all while there is room, and never more', () => {
    const reservoir = createReservoir<number>(3, () => 0)
    for (const item of [1, 2, 3])
      reservoir.add(item)
    expect(reservoir.take()).toEqual([1, 2, 3])
    expect(reservoir.take()).toEqual([])
    for (let item = 0; item < 1000; item++)
      reservoir.add(item)
    expect(reservoir.take()).toEqual([999, 1, 2])
  })

  it('gives each the same chance', () => {
    let seed = 1
    const random = (): number => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647
    const kept = new Map<number, number>()
    for (let round = 0; round < 4000; round++) {
      const reservoir = createReservoir<number>(5, random)
      for (let item = 0; item < 20; item++)
        reservoir.add(item)
      for (const item of reservoir.take())
        kept.set(item, (kept.get(item) ?? 0) + 1)
    }
    // A quarter each: 1000, with a standard deviation of 27.
    expect([...kept.values()].every(count => Math.abs(count - 1000) < 140)).toBe(true)
    expect(kept.size).toBe(20)
  })
})
