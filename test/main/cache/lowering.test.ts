import type { Workbench } from './workbench'
import { describe, expect, it } from 'vitest'
import { evictions } from '../../../src/shared/evictions'
import { namesOf } from '../../../src/shared/rows'
import { bytes, definitionOf, setUp } from './workbench'

/** Small entries, so that much of the memory is for what is known about each of them. */
const entries = 40_000
const ample = 2 ** 28

/** How far a forecast may be off. */
function allowed(of: number): number {
  return of / 25
}

function fill(bench: Workbench, count: number, tagged: boolean): Workbench {
  const caches = bench.engine.list()
  for (let index = 0; index < count; index++) {
    for (const cache of caches)
      cache.set(`product:${index}`, bytes(`{"price":${index}}`), tagged ? { tags: [index % 3 === 0 ? 'sale' : 'new'] } : {})
  }
  return bench
}

function sizes({ engine }: Workbench): number {
  return engine.list().reduce((sum, { size }) => sum + size, 0)
}

/** Work goes in slices: this one waits until all before it has been done. */
async function done({ cache }: Workbench): Promise<void> {
  await cache.configure({})
}

const cases = namesOf(evictions).flatMap(eviction => [0.5, 0.25].map(part => ({ eviction, part })))

describe.each(cases)('lowering to $part under $eviction', ({ eviction, part }) => {
  function open(budget: number, { count = 1, ...change }: { count?: number, maxBytes?: number } = {}): Workbench {
    const bench = setUp({ eviction, ttl: 60, ...change }, { budget })
    for (let other = 1; other < count; other++)
      bench.engine.open(definitionOf({ id: `x${other}`, name: `x${other}`, eviction, ttl: 60 }))
    return bench
  }

  /** Lowers the budget; returns what is left, as a part of what a fresh engine holds. */
  async function lowered(bench: Workbench, budget: number, fresh: Workbench): Promise<number> {
    const [forecast, before] = [await bench.engine.forecast(budget), sizes(bench)]
    bench.engine.budget = budget
    await done(bench)
    expect(bench.engine.bytes).toBeLessThanOrEqual(budget)
    expect(Math.abs(before - forecast.evicted - sizes(bench))).toBeLessThanOrEqual(allowed(before))
    return sizes(bench) / sizes(fresh)
  }

  // Red: leave out `directory.shrink(…)` in key-index.ts, or `drop(page)` in slot-pool.ts.
  it.each([
    { name: 'one cache', count: 1, tagged: false },
    { name: 'one cache with tags', count: 1, tagged: true },
    { name: 'three caches', count: 3, tagged: false },
  ])('leaves $name what a fresh engine of that budget holds', async ({ count, tagged }) => {
    const bench = fill(open(ample, { count }), entries / Math.min(2, count), tagged)
    const budget = Math.floor(bench.engine.bytes * part)
    const fresh = fill(open(budget, { count }), entries / Math.min(2, count), tagged)
    expect(await lowered(bench, budget, fresh)).toBeGreaterThan(0.9)
  })

  it('leaves as much after a deletion by tag', async () => {
    const bench = fill(open(ample), entries, true)
    const budget = Math.floor(bench.engine.bytes * part)
    await bench.cache.invalidate({ tag: 'sale' })
    const fresh = fill(open(budget), entries, true)
    await fresh.cache.invalidate({ tag: 'sale' })
    expect(await lowered(bench, budget, fresh)).toBeGreaterThan(0.9)
  })

  it('leaves as much below a lower maxBytes', async () => {
    const bench = fill(open(ample), entries, false)
    const maxBytes = Math.floor(bench.cache.bytes * part)
    const fresh = fill(open(ample, { maxBytes }), entries, false)
    const forecast = await bench.cache.forecast({ maxBytes })
    await bench.cache.configure({ maxBytes })
    expect(bench.cache.bytes).toBeLessThanOrEqual(maxBytes)
    expect(Math.abs(entries - forecast.evicted - bench.cache.size)).toBeLessThanOrEqual(allowed(entries))
    expect(bench.cache.size / fresh.cache.size).toBeGreaterThan(0.9)
  })
})
