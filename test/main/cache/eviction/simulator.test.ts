import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compare, policies, summarize } from '../../../../bench/simulator/compare'
import { optimalHits } from '../../../../bench/simulator/optimum'
import { createPolicyAlone } from '../../../../bench/simulator/policy-alone'
import { createRandom, createZipf } from '../../../../bench/simulator/random'
import { countHits } from '../../../../bench/simulator/simulate'
import { traces } from '../../../../bench/simulator/traces'

const tinyTrace = fc.array(fc.nat(5), { maxLength: 14 }).map(requests => Uint32Array.from(requests))
const trace = fc.array(fc.nat(30), { maxLength: 400, size: 'max' }).map(requests => Uint32Array.from(requests))
const capacity = fc.integer({ min: 1, max: 12 })

/** Returns the maximum number of hits of any sequence of choices, by trying all of them. */
function bestByTrying(requests: Uint32Array, capacity: number, from = 0, cached: readonly number[] = []): number {
  const key = requests[from]
  if (key === undefined)
    return 0
  if (cached.includes(key))
    return 1 + bestByTrying(requests, capacity, from + 1, cached)
  if (cached.length < capacity)
    return bestByTrying(requests, capacity, from + 1, [...cached, key])
  return Math.max(...cached.map(gone =>
    bestByTrying(requests, capacity, from + 1, [...cached.filter(other => other !== gone), key])))
}

/**
 * Counts the hits of LRU by its definition: a request is a hit if its key was last requested at
 * most `capacity - 1` other keys ago.
 */
function hitsByDistance(requests: Uint32Array, capacity: number): number {
  return [...requests].filter((key, request) => {
    const before = requests.lastIndexOf(key, request - 1)
    return request > 0 && before !== -1 && new Set(requests.subarray(before + 1, request)).size < capacity
  }).length
}

/**
 * SIEVE as in algorithm 1 of its paper: room is made before the entry arrives, and a hand that has
 * passed the head starts over at the tail.
 */
function sieveOfThePaper(requests: Uint32Array, capacity: number): number {
  const queue: { key: number, visited: boolean }[] = []
  let hand: { key: number, visited: boolean } | undefined
  let hits = 0
  for (const key of requests) {
    const found = queue.find(entry => entry.key === key)
    if (found) {
      found.visited = true
      hits++
      continue
    }
    if (queue.length === capacity) {
      let index = hand === undefined ? 0 : queue.indexOf(hand)
      for (let entry = queue[index]; entry?.visited; entry = queue[index]) {
        entry.visited = false
        index = (index + 1) % capacity
      }
      hand = queue[index + 1]
      queue.splice(index, 1)
    }
    queue.push({ key, visited: false })
  }
  return hits
}

describe('the clairvoyant optimum', () => {
  // Red with: optimum.ts uses `requests.length` for every entry that is not requested again.
  it('is what trying everything finds', () => {
    fc.assert(fc.property(tinyTrace, fc.integer({ min: 1, max: 4 }), (requests, capacity) => {
      expect(optimalHits(requests, capacity)).toBe(bestByTrying(requests, capacity))
    }), { numRuns: 300 })
  })

  it('on a loop of n keys hits in (c - 1) of (n - 1) requests once it is warm', () => {
    const requests = Uint32Array.from({ length: 110_000 }, (_, request) => request % 110)
    expect(optimalHits(requests, 100) / (requests.length - 110)).toBeCloseTo(99 / 109, 3)
  })
})

describe('the simulation', () => {
  it('gives LRU the hits of its definition', () => {
    fc.assert(fc.property(trace, capacity, (requests, capacity) => {
      expect(countHits(requests, capacity, createPolicyAlone('lru'))).toBe(hitsByDistance(requests, capacity))
    }), { numRuns: 200 })
  })

  // Red with: sieve.ts `hand = next` in `remove`: the hand stays with the newest and tries no
  // other.
  it('gives SIEVE the hits of its paper', () => {
    fc.assert(fc.property(trace, capacity, (requests, capacity) => {
      expect(countHits(requests, capacity, createPolicyAlone('sieve'))).toBe(sieveOfThePaper(requests, capacity))
    }), { numRuns: 200 })
  })

  it.each(policies)('hits every repetition where everything fits: %s', (policy) => {
    fc.assert(fc.property(trace, (requests) => {
      expect(countHits(requests, 31, createPolicyAlone(policy))).toBe(requests.length - new Set(requests).size)
    }))
  })
})

describe('the traces', () => {
  const options = { requests: 20_000, keys: 1000, share: 0.1, seed: 7 }

  it.each(traces)('$name: the same for the same seed, of the length asked for', ({ generate }) => {
    expect(generate(options)).toEqual(generate(options))
    expect(generate(options).requests).toHaveLength(20_000)
  })

  it('draws ranks as Zipf has them', () => {
    const draw = createZipf(1000, 0.9, createRandom(7))
    const drawn = Array.from({ length: 200_000 }, draw)
    const weights = Array.from({ length: 1000 }, (_, rank) => (rank + 1) ** -0.9)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (const rank of [0, 1, 9, 99, 999]) {
      const expected = drawn.length * (weights[rank] ?? 0) / total
      const deviation = drawn.filter(other => other === rank).length - expected
      expect(Math.abs(deviation)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })
})

describe('the comparison', () => {
  const comparisons = compare({ requests: 100_000, keys: 10_000, seed: 1 })
  const of = (trace: string): typeof comparisons => comparisons.filter(comparison => comparison.trace === trace)

  it('has a row for every trace at three sizes', () => {
    expect(comparisons).toHaveLength(traces.length * 3)
    expect(new Set(comparisons.map(({ trace }) => trace)).size).toBe(traces.length)
  })

  it('has nothing above the optimum', () => {
    for (const { optimum, hitRatio } of comparisons) {
      expect(optimum).toBeLessThan(1)
      for (const policy of policies)
        expect(hitRatio[policy]).toBeLessThanOrEqual(optimum)
    }
  })

  it('knows that LRU never hits on a loop larger than the cache', () =>
    expect(of('loop').map(({ hitRatio }) => hitRatio.lru)).toEqual([0, 0, 0]))

  it('knows that SIEVE and LFU keep the favourites when a scan comes by, and LRU does not', () => {
    for (const { hitRatio } of of('scan + zipf')) {
      expect(hitRatio.sieve).toBeGreaterThan(hitRatio.lru)
      expect(hitRatio.lfu).toBeGreaterThan(hitRatio.lru)
    }
  })

  // Red with: lfu.ts `age` never raised: it never forgets.
  it('knows that LFU gets over its old favourites', () => {
    for (const { hitRatio } of of('shifting hot set'))
      expect(hitRatio.lfu).toBeGreaterThan(hitRatio.lru * 0.75)
  })

  it('knows that a larger cache hits more often', () => {
    for (const { name } of traces.filter(({ name }) => name !== 'loop')) {
      for (const policy of policies) {
        const ratios = of(name).map(({ hitRatio }) => hitRatio[policy])
        expect(ratios).toEqual(ratios.toSorted((a, b) => a - b))
      }
    }
  })

  // Red with: lfu.ts `worth = 1` (LFU as in its paper gains too little on Zipf), or `mostUses` left
  // out of `use` (the wheel overflows).
  it('makes LFU the default: best on the whole, and where another fails it does not', () => {
    const lfu = summarize(comparisons, 'lfu')
    for (const other of ['lru', 'sieve'] as const) {
      expect(lfu.mean).toBeGreaterThan(summarize(comparisons, other).mean)
      expect(lfu.worstWithoutLoop).toBeGreaterThan(summarize(comparisons, other).worstWithoutLoop * 0.95)
    }
  })
})
