import { describe, expect, it } from 'vitest'
import { createRateMeter } from '../../../src/renderer/src/live/rate-meter'

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
