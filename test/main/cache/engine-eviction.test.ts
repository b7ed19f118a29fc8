import type { Ranked } from '../../../src/main/cache/ranking'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRanking } from '../../../src/main/cache/ranking'
import { createMapStore } from './map-store'
import { bytes, definitionOf, setUp } from './workbench'

interface Fake extends Ranked { entries: number[], slack: number }

// Red: in src/main/cache/ranking.ts leave `byIdleness.moved(place)` out, or `bySlack.moved(place)`;
// in heap.ts let `first` forget `except`, or `remove` leave `sift(last, place)` out.
it('names the cache that a look at all of them names, whatever happens in between', () => {
  const at = fc.nat(11)
  const command = fc.oneof(
    fc.record({ op: fc.constant('add' as const) }),
    fc.record({ op: fc.constant('remove' as const), at }),
    fc.record({
      op: fc.constant('use' as const),
      at,
      entries: fc.array(fc.nat(9), { maxLength: 3 }),
      slack: fc.nat(5),
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
          const cache: Fake = {
            entries: [],
            slack: 0,
            idleSince: keep => cache.entries.length > keep ? cache.entries[0] ?? Infinity : Infinity,
          }
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
        Object.assign(chosen.cache, { entries: command.entries, slack: command.slack })
        chosen.stir()
      }
      else {
        const first = (rank: (cache: Fake) => number): Fake | undefined =>
          caches.map(({ cache }) => cache).filter(cache => rank(cache) < Infinity).sort((a, b) => rank(a) - rank(b))[0]
        expect(ranking.idlest(chosen.cache)).toBe(first(cache => cache.idleSince(cache === chosen.cache ? 1 : 0)))
        expect(ranking.idlest()).toBe(first(cache => cache.idleSince(0)))
        expect(ranking.slackest()).toBe(first(cache => cache.slack === 0 ? Infinity : -cache.slack))
      }
    }
  }))
})

// Red: in src/main/cache/engine.ts look at every cache for each eviction: 1,600 questions a write.
it('asks few caches for their victims, however many there are', () => {
  const caches = process.env.LARDER_HARD ? 1600 : 400
  let asked = 0
  const { engine, clock, cache } = setUp({ ttl: null }, {
    budget: 200 * caches * 10,
    createStore: (ledger, eviction) => {
      const store = createMapStore(ledger, eviction)
      const { victim } = store
      return Object.defineProperties(store, { victim: { value: () => {
        asked++
        return victim()
      } } })
    },
  })
  for (let index = 0; index < caches; index++) {
    const small = engine.open(definitionOf({ id: `s${index}`, name: `small${index}`, ttl: null }))
    clock.advance(1)
    small.set('a', bytes('1'))
  }
  const value = Buffer.alloc(100)
  while (engine.bytes + 300 < engine.budget) {
    clock.advance(1)
    cache.set(`k${cache.size}`, value)
  }
  asked = 0
  for (let write = 0; write < 100; write++) {
    clock.advance(1)
    cache.set(`more${write}`, value)
  }
  expect(engine.bytes).toBeLessThanOrEqual(engine.budget)
  expect(engine.list().filter(({ size }) => size === 0).length).toBeGreaterThan(90)
  expect(asked).toBeLessThan(100 * 12)
})
