import type { Work } from '../../../src/main/cache/work'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { createWorkQueue } from '../../../src/main/cache/work'

/**
 * Each step takes a millisecond of a clock that does not run otherwise; a slice of 2 ms ends at its
 * first check.
 */
function setUp() {
  const clock = createManualClock()
  const steps: string[] = []
  let slices = 0
  const queue = createWorkQueue(clock.stopwatch, (slice) => {
    slices++
    return slice()
  })
  function* work(name: string, count: number): Work<string> {
    for (let step = 0; step < count; step++) {
      steps.push(name)
      clock.advance(1)
      yield
    }
    return name
  }
  return { queue, work, steps, slices: () => slices }
}

it('answers short work at once', () => {
  const { queue, work } = setUp()
  expect(queue.run(work('a', 5))).toBe('a')
})

// Red: in src/main/cache/work.ts leave `isOver()` out.
it('goes through long work in slices, and lets the event loop in between', async () => {
  const { queue, work, steps, slices } = setUp()
  const done = queue.run(work('a', 100))
  expect([steps.length, slices()]).toEqual([8, 1])
  await turn()
  expect(steps.length).toBeLessThanOrEqual(24)
  expect(await done).toBe('a')
  expect(slices()).toBeGreaterThanOrEqual(100 / 8)
})

// Red: in src/main/cache/work.ts run every task once per turn, or put an unfinished task back in
// front.
it('shares one slice for each turn among all, and lets the short one pass the long one', async () => {
  const { queue, work, steps } = setUp()
  const ends: string[] = []
  const all = [['long', 200], ['b', 3], ['c', 3]].map(async ([name, count]) =>
    void ends.push(await queue.run(work(name as string, count as number))))
  const before = steps.length
  expect(before).toBe(8)
  await Promise.all(all)
  expect(ends).toEqual(['b', 'c', 'long'])
  expect(steps.lastIndexOf('c')).toBeLessThan(40)
})

it('throws what the work throws, at once or later', async () => {
  const { queue, work } = setUp()
  function* failing(after: number): Work<void> {
    yield* work('x', after)
    throw new Error('disk full')
  }
  expect(() => queue.run(failing(1))).toThrow('disk full')
  await expect(queue.run(failing(50))).rejects.toThrow('disk full')
})

// Red: in src/main/cache/work.ts let `finish` only clear the timer.
it('does the rest at once when it has to end', async () => {
  const { queue, work, steps } = setUp()
  const done = queue.run(work('a', 1000))
  queue.finish()
  expect(steps).toHaveLength(1000)
  expect(await done).toBe('a')
})
