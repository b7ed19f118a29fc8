import type { Ranked } from '../../../src/main/cache/ranking'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRanking } from '../../../src/main/cache/ranking'
import { createMapStore } from './map-store'
import { bytes, definitionOf, setUp } from './workbench'

type Fake = { -readonly [N in keyof Ranked]: Ranked[N] }

// Red: in src/main/cache/ranking.ts leave out `byFullness.moved(place)`, `bySlack.moved(place)`, or
// `count(place, -1)` in either place; in heap.ts let `first` forget `except`, or leave
// `sift(last, place)` out of `remove`.
it('names the cache that a look at all of them names, whatever happens in between', () => {
  const at = fc.nat(11)
  const command = fc.oneof(
    fc.record({ op: fc.constant('add' as const) }),
    fc.record({ op: fc.constant('remove' as const), at }),
    fc.record({
      op: fc.constant('use' as const),
      at,
      numbers: fc.record({ size: fc.nat(2), demand: fc.nat(9), reserve: fc.nat(5), slack: fc.nat(5) }),
    }),
    fc.record({ op: fc.constant('ask' as const), at }),
  )
  fc.assert(fc.property(fc.array(command, { maxLength: 80, size: 'max' }), (commands) => {
    const ranking = createRanking<Fake>()
    const caches: { cache: Fake, stir: () => void }[] = []
    for (const command of commands) {
      const chosen = caches[command.op === 'add' ? 0 : command.at % Math.max(1, caches.length)]
      if (command.op === 'add') {
        ranking.add((stir) => {
          const cache: Fake = { size: 0, demand: 0, reserve: 0, slack: 0 }
          caches.push({ cache, stir })
          return cache
        })
      }
      else if (chosen === undefined) {
        continue
      }
      else if (command.op === 'remove') {
        caches.splice(caches.indexOf(chosen), 1)
        ranking.remove(chosen.cache)
      }
      else if (command.op === 'use') {
        Object.assign(chosen.cache, command.numbers)
        chosen.stir()
      }
      else {
        const all = caches.map(({ cache }) => cache)
        const holders = all.filter(({ size }) => size > 0)
        const first = (from: Fake[], rank: (cache: Fake) => number): Fake | undefined =>
          from.toSorted((a, b) => rank(b) - rank(a))[0]
        const over = ({ demand, reserve }: Fake): number => demand - reserve
        expect(ranking.fullest(chosen.cache)).toBe(first(holders.filter(cache => cache !== chosen.cache), over))
        expect(ranking.fullest()).toBe(first(holders, over))
        expect(ranking.slackest()).toBe(first(all.filter(({ slack }) => slack > 0), ({ slack }) => slack))
        expect(ranking.holders).toBe(holders.length)
        expect(ranking.reserved).toBe(all.reduce((sum, { reserve }) => sum + reserve, 0))
      }
    }
  }))
})

// Red: in src/main/cache/shares.ts find the fullest with `ranking.caches()`: 80,000 calls.
it('asks few caches what they hold, however many there are', () => {
  const count = process.env.LARDER_HARD ? 1600 : 400
  let asked = 0
  const { engine, cache } = setUp({ ttl: null }, {
    budget: 200 * count * 10,
    createStore: (ledger, eviction) => {
      const store = createMapStore(ledger, eviction)
      return Object.defineProperties(store, { demand: { get: () => {
        asked++
        return store.bytes
      } } })
    },
  })
  const small = Array.from({ length: count }, (_, index) =>
    engine.open(definitionOf({ id: `s${index}`, name: `small${index}`, ttl: null })))
  small.forEach(each => each.set('a', bytes('1')))
  const value = Buffer.alloc(100)
  while (engine.bytes + 300 < engine.budget)
    cache.set(`k${cache.size}`, value)
  for (const written of [() => cache, (write: number) => small[write] ?? cache]) {
    const before = cache.statistics().evictions
    asked = 0
    for (let write = 0; write < 100; write++)
      written(write).set(`more${write}`, value)
    expect(engine.bytes).toBeLessThanOrEqual(engine.budget)
    expect(cache.statistics().evictions - before).toBeGreaterThan(90)
    expect(asked).toBeLessThan(100 * 24)
  }
  expect(small.filter(each => each.statistics().evictions > 0)).toEqual([])
})
