import type { EvictionName } from '../../../../src/shared/evictions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicyAlone } from '../../../../bench/simulator/policy-alone'
import { evictionNames } from '../../../../src/shared/evictions'
import { createNaiveEviction } from '../naive-eviction'

/** Few slots, so that they are reused, on several pages of eight. */
const slots = [...Array.from({ length: 12 }, (_, slot) => slot), 23, 24, 99]
const tinyPages = 3

type Step =
  | { type: 'add' | 'addOldest' | 'remove', choice: number }
  | { type: 'use', choice: number, times: number }
  | { type: 'evict' | 'ask' | 'clear' }

const choice = fc.nat(slots.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ type: fc.constant('add'), choice }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('addOldest'), choice }) },
  { weight: 20, arbitrary: fc.record({ type: fc.constant('use'), choice, times: fc.constant(1) }) },
  // Up to the maximum number of uses that lfu counts, and beyond.
  { weight: 5, arbitrary: fc.record({ type: fc.constant('use'), choice, times: fc.integer({ min: 2, max: 5 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('remove'), choice }) },
  { weight: 20, arbitrary: fc.record({ type: fc.constant('evict') }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('ask') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear') }) },
) as fc.Arbitrary<Step>

/** A policy and its model. Whenever both give an answer, the answers are compared. */
interface Pair {
  run: (step: Step) => void
  /** Uses the slot, or adds it if it is missing. */
  touch: (slot: number) => void
  /** Evicts everything. Returns the victims in order. */
  drain: () => number[]
  /** The order according to the policy. */
  order: () => number[]
}

function createPair(name: EvictionName): Pair {
  const policy = createPolicyAlone(name, tinyPages)
  let model = createNaiveEviction<number>(name)
  const there = new Set<number>()
  let capacity = 0

  const ask = (): number => {
    const victim = policy.victim()
    expect(victim).toBe(model.victim() ?? -1)
    expect(policy.victim()).toBe(victim)
    return victim
  }
  const remove = (slot: number): void => {
    policy.remove(slot)
    model.remove(slot)
    there.delete(slot)
  }
  const evict = (): number => {
    const victim = ask()
    if (victim !== -1)
      remove(victim)
    return victim
  }
  const use = (slot: number): void => {
    policy.use(slot)
    model.use(slot)
  }
  const add = (slot: number, how: 'add' | 'addOldest' = 'add'): void => {
    if (slot >= capacity) {
      capacity = slot + 1
      policy.reserve(capacity)
    }
    policy[how](slot)
    model[how](slot)
    there.add(slot)
  }
  /** Returns one of these, if there are any. */
  const pick = (from: readonly number[], index: number): number[] =>
    from.slice(index % Math.max(1, from.length)).slice(0, 1)

  return {
    run(step) {
      const known = slots.filter(slot => there.has(slot))
      switch (step.type) {
        case 'add': return pick(slots.filter(slot => !there.has(slot)), step.choice).forEach(slot => add(slot))
        case 'addOldest': return pick(slots.filter(slot => !there.has(slot)), step.choice)
          .forEach(slot => add(slot, 'addOldest'))
        case 'remove': return pick(known, step.choice).forEach(remove)
        case 'use': return pick(known, step.choice).forEach(slot =>
          Array.from({ length: step.times }).forEach(() => use(slot)))
        case 'evict': return void evict()
        case 'ask': return void ask()
        case 'clear':
          policy.clear()
          there.clear()
          model = createNaiveEviction(name)
      }
    },
    touch: slot => there.has(slot) ? use(slot) : add(slot),
    drain: () => [...there].map(evict),
    order: () => [...policy.order()],
  }
}

describe.each(evictionNames)('%s', (name) => {
  // Red with: `append` for `prepend` in a policy · lru.ts `use` that only returns · sieve.ts
  // `hand = slot` left out of `addOldest`, `hand = next` in `remove`, `visited.set(slot, 0)` left
  // out of `add`, `hand !== latest` left out of `victim` · lfu.ts `mostUses` left out of `use`,
  // `ranks = 31`, `age` never raised, `rank !== ring` left out of `firstOf` or `order` ·
  // rings.ts `link` left out of `remove`.
  it('names the victims that the model names, whatever happens', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (history) => {
      const pair = createPair(name)
      history.forEach(pair.run)
      const order = pair.order()
      expect(pair.drain()).toEqual(order)
      pair.run({ type: 'ask' })
      expect(pair.order()).toEqual([])
    }), { numRuns: 500 })
  })

  // Red with: `hand === latest` left out of sieve.ts, `slot !== latest` out of lfu.ts' `firstOf` or
  // `order`.
  it('spares what was added or used last, while there is another', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), choice, (history, last) => {
      const pair = createPair(name)
      history.forEach(pair.run)
      const slot = slots[last] ?? 0
      pair.touch(slot)
      expect(pair.drain().at(-1)).toBe(slot)
    }))
  })

  // Red with: `reserve` left out of a policy or of one of the columns.
  it('keeps what it knows when it grows', () => {
    const policy = createPolicyAlone(name)
    for (let slot = 0; slot < 50_000; slot++) {
      policy.reserve(slot + 1)
      policy.add(slot)
    }
    expect([...policy.order()]).toEqual(Array.from({ length: 50_000 }, (_, slot) => slot))
  })

  it('holds few bytes a slot, and says how many', () => {
    const policy = createPolicyAlone(name)
    policy.reserve(1_000_000)
    expect(policy.bytes / 1_000_000).toBeGreaterThanOrEqual(8)
    expect(policy.bytes / 1_000_000).toBeLessThan(8 * 1.05)
  })
})

// Red with: sieve.ts `left-- > 0` left out, and with `visited.set(hand, 0)` left out after the
// loop; lfu.ts `left > 0` or `places.set` left out of `firstOf`.
it.each(['sieve', 'lfu'] as const)('%s walks past at most 1,000 used slots, and stays with its answer', (name) => {
  const policy = createPolicyAlone(name)
  policy.reserve(5000)
  for (let slot = 0; slot < 5000; slot++)
    policy.add(slot)
  for (let slot = 0; slot < 5000; slot++)
    policy.use(slot)
  expect(policy.victim()).toBe(1000)
  expect(policy.victim()).toBe(1000)
})
