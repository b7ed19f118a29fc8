import type { Hold } from '../../../src/main/base/in-flight'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInFlight } from '../../../src/main/base/in-flight'
import { userOf } from '../../../src/main/base/principal'

const ann = { name: 'ann' }
const bob = { name: 'bob' }

function setUp(budget = 100) {
  const inFlight = createInFlight(() => budget)
  const dropped: string[] = []
  const hold = (caller: object, name: string, bytes = 0): Hold => {
    const made = inFlight.hold(caller, () => dropped.push(name))
    expect(made.resize(bytes)).toBe(true)
    return made
  }
  return { inFlight, dropped, hold }
}

describe('s28 the budget of bytes in flight', () => {
  it('counts what is held, and nothing that was released', () => {
    const { inFlight, hold } = setUp()
    const a = hold(ann, 'a', 40)
    const b = hold(bob, 'b', 30)
    expect(inFlight.bytes).toBe(70)
    expect(a.resize(10)).toBe(true)
    b.release()
    b.release()
    expect(inFlight.bytes).toBe(10)
    expect(b.resize(1), 'it never holds anything again').toBe(false)
  })

  // Red: in base/in-flight.ts let `worst` begin with the largest holder, whoever owns it.
  it.each([
    {
      rule: 'the one who asks, where it would be the worst',
      held: { ann: [10], bob: [20, 20] },
      asks: ann,
      more: 60,
      granted: false,
      gone: [],
    },
    {
      rule: 'the largest of the caller who holds most, not the largest of all',
      held: { ann: [40], bob: [30, 28] },
      asks: ann,
      more: 5,
      granted: true,
      gone: ['bob0'],
    },
    {
      rule: 'many small holds of one caller before a large one of another',
      held: { ann: [40], bob: [20, 19, 18] },
      asks: ann,
      more: 10,
      granted: true,
      gone: ['bob0'],
    },
    {
      rule: 'as many as it takes',
      held: { ann: [], bob: [30, 40, 30] },
      asks: ann,
      more: 50,
      granted: true,
      gone: ['bob1', 'bob0'],
    },
    {
      rule: 'another hold of the same caller where that is larger',
      held: { ann: [70, 5], bob: [20] },
      asks: ann,
      more: 20,
      granted: true,
      gone: ['ann0'],
    },
    {
      rule: 'the one who asks for more than the whole budget',
      held: { ann: [], bob: [10] },
      asks: ann,
      more: 101,
      granted: false,
      gone: [],
    },
  ])('makes room at the cost of $rule', ({ held, asks, more, granted, gone }) => {
    const { inFlight, dropped, hold } = setUp()
    held.ann.forEach((bytes, at) => hold(ann, `ann${at}`, bytes))
    held.bob.forEach((bytes, at) => hold(bob, `bob${at}`, bytes))
    const asking = hold(asks, 'asking')
    expect(asking.resize(more)).toBe(granted)
    expect(dropped).toEqual(gone)
    expect(asking.bytes).toBe(granted ? more : 0)
    expect(inFlight.bytes).toBeLessThanOrEqual(100)
  })

  // Red: in base/in-flight.ts leave the comparison of users out of `worst`: each key of the one
  // user looks small.
  it.each([
    { rule: 'the user who holds most, by however many keys', asks: 'other', more: 30, gone: ['key0'] },
    { rule: 'the largest key of that user', asks: 'key', more: 1, gone: ['key0'] },
    {
      rule: 'those who have no key of their own, though the owner gave them theirs',
      asks: 'anonymous',
      more: 40,
      gone: ['key0'],
    },
  ])('makes room at the cost of $rule', ({ asks, more, gone }) => {
    const inFlight = createInFlight(() => 100, userOf)
    const dropped: string[] = []
    const hold = (caller: object, name: string, bytes: number): boolean =>
      inFlight.hold(caller, () => dropped.push(name)).resize(bytes)
    const keys = Array.from({ length: 10 }, (_, at) => ({ kind: 'key', keyId: `${at}`, userId: 'bob' }))
    const others = {
      other: { kind: 'key', userId: 'ann' },
      key: { kind: 'key', userId: 'bob' },
      anonymous: { kind: 'anonymous', userId: 'bob' },
    }
    keys.forEach((key, at) => expect(hold(key, `key${at}`, at === 0 ? 19 : 9)).toBe(true))
    expect(hold(others[asks as keyof typeof others], 'asking', more)).toBe(true)
    expect(dropped.slice(0, 1)).toEqual(gone)
    expect(inFlight.bytes).toBeLessThanOrEqual(100)
  })

  // Red: in base/in-flight.ts charge everybody who shares.
  it('counts memory once that many keep alive, until the last has gone', () => {
    const { inFlight, hold } = setUp()
    const memory = new ArrayBuffer(60)
    const holds = Array.from({ length: 10 }, (_, at) => hold(at % 2 ? ann : bob, `${at}`))
    for (const each of holds)
      expect(each.share(memory)).toBe(true)
    expect(inFlight.bytes).toBe(60)
    for (const each of holds.slice(0, 9)) {
      each.release()
      expect(inFlight.bytes).toBe(60)
    }
    expect(holds[9]?.bytes).toBe(60)
    holds[9]?.release()
    expect(inFlight.bytes).toBe(0)
  })

  it('keeps its books through any calls, and stays within its budget', () => {
    const step = fc.record({
      hold: fc.nat(7),
      act: fc.constantFrom('resize', 'share', 'release'),
      bytes: fc.nat(60),
      memory: fc.nat(2),
    })
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const inFlight = createInFlight(() => 100)
      const memories = [20, 50, 90].map(bytes => new ArrayBuffer(bytes))
      const live = Array.from({ length: 8 }, (_, at) => {
        const state = { gone: false, own: 0, shared: null as ArrayBuffer | null, hold: {} as Hold }
        state.hold = inFlight.hold(at < 4 ? ann : bob, () =>
          void Object.assign(state, { gone: true, own: 0, shared: null }))
        return state
      })
      for (const { hold, act, bytes, memory } of steps) {
        const state = live[hold] as typeof live[number]
        const buffer = memories[memory] as ArrayBuffer
        if (act === 'release') {
          state.hold.release()
          Object.assign(state, { gone: true, own: 0, shared: null })
        }
        else if (act === 'resize' ? state.hold.resize(bytes) : state.hold.share(buffer)) {
          expect(state.gone).toBe(false)
          Object.assign(state, act === 'resize' ? { own: bytes } : { shared: buffer })
        }
        else if (act === 'share') {
          state.shared = null
        }
        const shared = new Set(live.flatMap(({ shared }) => shared ? [shared] : []))
        const expected = live.reduce((sum, { own }) => sum + own, 0) + [...shared].reduce(
          (sum, { byteLength }) => sum + byteLength,
          0,
        )
        expect(inFlight.bytes).toBe(expected)
        expect(inFlight.bytes).toBeLessThanOrEqual(100)
        expect(live.reduce((sum, { hold: { bytes } }) => sum + bytes, 0)).toBe(expected)
      }
    }))
  })
})
