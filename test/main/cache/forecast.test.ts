import type { Cache } from '../../../src/main/cache/ports'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evictions } from '../../../src/shared/evictions'
import { namesOf } from '../../../src/shared/rows'
import { stores } from './stores'
import { bytes, definitionOf, keysOf, listen, setUp } from './workbench'

/** Entries of different sizes and kinds; one in forty has a buffer of its own. */
const written = fc.array(
  fc.record({
    size: fc.oneof(
      { weight: 39, arbitrary: fc.nat(600) },
      { weight: 1, arbitrary: fc.integer({ min: 1e5, max: 2e5 }) },
    ),
    ttl: fc.integer({ min: 1, max: 4 }),
    tags: fc.array(fc.constantFrom('a', 'bb', 'c', 'dd'), { maxLength: 2 }),
    used: fc.boolean(),
  }),
  { minLength: 20, maxLength: 150 },
)
type Written = typeof written extends fc.Arbitrary<infer T> ? T : never

function fill(cache: Cache, entries: Written): void {
  entries.forEach(({ size, ttl, tags }, index) => cache.set(`key:${index}`, Buffer.alloc(size), { ttl, tags }))
  entries.forEach(({ used }, index) => used && cache.get(`key:${index}`))
}

/** How far the forecast of a limit in bytes may be off: a tenth of the entries, and eight. */
function allowed(of: number): number {
  return of / 10 + 8
}

describe.each(stores)('over the store $name', ({ createStore }) => {
  // Red: in src/main/cache/forecast.ts take `entries` for the number that is evicted.
  it('says exactly how many entries a lower maxEntries evicts, and evicts none itself', async () => {
    await fc.assert(fc.asyncProperty(
      written,
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom(...namesOf(evictions)),
      async (sizes, maxEntries, eviction) => {
        const { cache, engine } = setUp({ eviction }, { createStore })
        fill(cache, sizes)
        const [heard, keys] = [listen(engine), keysOf(cache)]
        const forecast = await cache.forecast({ maxEntries })
        expect([heard, keysOf(cache), cache.definition.maxEntries]).toEqual([[], keys, null])
        await cache.configure({ maxEntries })
        expect(forecast).toEqual({ evicted: sizes.length - cache.size, of: sizes.length, exact: true })
      },
    ), { numRuns: 60, endOnFailure: true })
  })

  // Red: in src/main/cache/offheap/segments.ts let `demand` of `outlook` return `demand()`.
  it('says about how many entries a lower maxBytes evicts', async () => {
    await fc.assert(fc.asyncProperty(
      written,
      fc.double({ min: 0.05, max: 1.1, noNaN: true }),
      fc.constantFrom(...namesOf(evictions)),
      async (sizes, part, eviction) => {
        const { cache, engine } = setUp({ eviction }, { createStore })
        fill(cache, sizes)
        const heard = listen(engine)
        const maxBytes = Math.ceil(cache.bytes * part)
        const forecast = await cache.forecast({ maxBytes })
        expect(heard).toEqual([])
        await cache.configure({ maxBytes })
        expect(Math.abs(forecast.evicted - (sizes.length - cache.size))).toBeLessThanOrEqual(allowed(sizes.length))
        expect(forecast.of).toBe(sizes.length)
      },
    ), { numRuns: 60, endOnFailure: true })
  })

  // Red: in src/main/cache/forecast.ts leave the reserve of the twins at 0.
  it('says about how many entries a lower budget evicts, by the shares of the caches', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(written, fc.option(fc.integer({ min: 1, max: 20_000 }))), { minLength: 2, maxLength: 4 }),
      fc.double({ min: 0.1, max: 1.1, noNaN: true }),
      async (caches, part) => {
        const { engine } = setUp({}, { createStore })
        for (const [index, [sizes, reserve]] of caches.entries())
          fill(engine.open(definitionOf({ id: `x${index}`, name: `x${index}`, reserve })), sizes)
        const [heard, all] = [listen(engine), engine.list().reduce((sum, { size }) => sum + size, 0)]
        const budget = Math.ceil(engine.bytes * part)
        const forecast = await engine.forecast(budget)
        expect([heard, forecast.of]).toEqual([[], all])
        engine.budget = budget
        await engine.list()[0]?.configure({})
        const left = engine.list().reduce((sum, { size }) => sum + size, 0)
        expect(Math.abs(forecast.evicted - (all - left))).toBeLessThanOrEqual(allowed(all))
      },
    ), { numRuns: 40, endOnFailure: true })
  })

  it.each([
    ['no change', {}, 0],
    ['a higher limit', { maxEntries: 4 }, 0],
    ['the limit that is reached', { maxEntries: 3 }, 0],
    ['one entry', { maxEntries: 1 }, 2],
    ['the limit off', { maxEntries: null }, 0],
    ['another setting', { ttl: 1, persistent: true }, 0],
    ['a byte', { maxBytes: 1 }, 3],
    ['entries and bytes', { maxBytes: 1, maxEntries: 1 }, 3],
    // Bytes that a cache does not use yet are lent, so a reserve evicts nothing by itself.
    ['a reserve', { reserve: 60 * 2 ** 20 }, 0],
  ])('foresees what %s does', async (_, change, evicted) => {
    const { cache, engine } = setUp({ maxEntries: 3 }, { createStore })
    const other = engine.open(definitionOf({ id: 'c2', name: 'other' }))
    for (const key of ['a', 'b', 'c', 'd']) {
      cache.set(key, bytes('1'))
      other.set(key, bytes('1'))
    }
    expect(await cache.forecast(change)).toMatchObject({ evicted, of: 3 })
    await cache.configure(change)
    expect([cache.size, other.size]).toEqual([3 - evicted, 4])
  })
})
