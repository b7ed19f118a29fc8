import type { EvictionPolicy } from '../../../../src/main/cache/eviction/policy'
import type { EvictionName } from '../../../../src/shared/evictions'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPolicyAlone, createPolicyMemory } from '../../../../bench/simulator/policy-alone'
import { createHandover } from '../../../../src/main/cache/eviction/handover'
import { createEviction } from '../../../../src/main/cache/eviction/policies'
import { evictionNames } from '../../../../src/shared/evictions'

const capacity = 40
const name = fc.constantFrom(...evictionNames)
const step = fc.record({
  type: fc.constantFrom('add', 'addOldest', 'use', 'remove', 'evict', 'move', 'again', 'clear'),
  slot: fc.nat(capacity - 1),
  name,
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function drain(policy: EvictionPolicy): number[] {
  const victims: number[] = []
  for (let slot = policy.victim(); slot !== -1; slot = policy.victim()) {
    expect(policy.victim()).toBe(slot)
    victims.push(slot)
    policy.remove(slot)
  }
  return victims
}

/**
 * Plays steps on a policy for `capacity` slots, which is replaced repeatedly before the previous
 * handover is complete.
 */
function play(
  first: EvictionName,
  steps: readonly Step[],
): { policy: EvictionPolicy, there: Set<number>, latest: number } {
  const memory = createPolicyMemory(3)
  const there = new Set<number>()
  let handover = { both: createEviction(first, memory), move: (_: number) => false }
  let latest = -1
  handover.both.reserve(capacity)
  for (const { type, slot, name } of steps) {
    const { both } = handover
    if (type === 'move')
      handover.move(slot % 4)
    if (type === 'again')
      handover = createHandover(both, createEviction(name, memory), capacity, memory)
    if (type === 'clear' && slot === 0) {
      both.clear()
      there.clear()
      latest = -1
    }
    const gone = type === 'evict' ? both.victim() : type === 'remove' && there.has(slot) ? slot : -1
    if (gone !== -1) {
      both.remove(gone)
      there.delete(gone)
      latest = gone === latest ? -1 : latest
    }
    if ((type === 'add' && !there.has(slot)) || (type === 'use' && there.has(slot))) {
      both[type](slot)
      there.add(slot)
      latest = slot
    }
    if (type === 'addOldest' && !there.has(slot)) {
      both.addOldest(slot)
      there.add(slot)
    }
  }
  return { policy: handover.both, there, latest }
}

// Red: in handover.ts let `use` be `to.use(slot)` if the slot was handed over; leave `turn(slot)`
// out anywhere; let `victim` be `to.victim()`.
it('names each slot once, and the one used last at the end, in the order that it tells', () => {
  fc.assert(fc.property(name, fc.array(step, { maxLength: 200, size: 'max' }), (first, steps) => {
    const { policy, there, latest } = play(first, steps)
    const order = [...policy.order()]
    const victims = drain(policy)
    expect(victims).toEqual(order)
    expect(victims.length).toBe(there.size)
    expect(new Set(victims)).toEqual(there)
    if (latest !== -1)
      expect(order.at(-1)).toBe(latest)
  }), { numRuns: 500 })
})

// Red: in handover.ts let `move` take the last of `from.order()`; leave `from.remove(slot)` out.
it.each(evictionNames.flatMap(from => evictionNames.map(to => [from, to] as const)))('from %s to %s the order stays', (
  from,
  to,
) => {
  fc.assert(fc.property(fc.array(fc.nat(capacity - 1), { maxLength: 120 }), fc.integer({ min: 1, max: 7 }), (
    uses,
    atOnce,
  ) => {
    const memory = createPolicyMemory(3)
    const [before, after] = [createEviction(from, memory), createEviction(to, memory)]
    before.reserve(capacity)
    const there = new Set<number>()
    for (const slot of uses) {
      before[there.has(slot) ? 'use' : 'add'](slot)
      there.add(slot)
    }
    const order = [...before.order()]
    const { both, move } = createHandover(before, after, capacity, memory)
    let moves = 1
    while (move(atOnce))
      moves++
    expect(moves).toBe(Math.floor(there.size / atOnce) + 1)
    expect([...after.order()]).toEqual(order)
    expect([...both.order()]).toEqual(order)
    expect(drain(after)).toEqual(order)
  }))
})

it('counts the memory of both', () => {
  const before = createPolicyAlone('lru')
  before.reserve(capacity)
  const alone = before.bytes
  const { both } = createHandover(before, createPolicyAlone('lru'), capacity, createPolicyMemory())
  expect(both.bytes).toBeGreaterThan(2 * alone)
})
