import type { EvictionName } from '../../src/shared/evictions'
import { evictionNames, evictions } from '../../src/shared/evictions'
import { mapRows } from '../../src/shared/rows'
import { optimalHits } from './optimum'
import { createPolicyAlone } from './policy-alone'
import { countHits } from './simulate'
import { traces } from './traces'

export const policies = evictionNames
const shares = [0.01, 0.1, 0.5]

export interface CompareOptions {
  /** Number of requests in each trace. */
  requests: number
  /** Number of keys that the applications of a trace use. */
  keys: number
  seed: number
}

/**
 * Results of one trace at one size of the cache. Ratios are hits divided by requests, including the
 * first request of each key.
 */
export interface Comparison {
  trace: string
  /** Size of the cache as a share of the footprint. */
  share: number
  /** Entries that the cache holds. */
  capacity: number
  optimum: number
  hitRatio: Record<EvictionName, number>
}

/** Hit ratios as fractions of the optimum. */
interface Summary { mean: number, worst: number, worstWithoutLoop: number }

/** Compares every policy with the optimum, for every trace at every size. */
export function compare({ requests: count, keys, seed }: CompareOptions): Comparison[] {
  return traces.flatMap(({ name, generate }) => shares.map((share) => {
    const { requests, capacity } = generate({ requests: count, keys, share, seed })
    const ratioOf = (policy: EvictionName): number => countHits(requests, capacity, createPolicyAlone(policy)) / count
    return {
      trace: name,
      share,
      capacity,
      optimum: optimalHits(requests, capacity) / count,
      hitRatio: mapRows(evictions, (_, policy) => ratioOf(policy)),
    }
  }))
}

export function summarize(comparisons: readonly Comparison[], policy: EvictionName): Summary {
  const parts = (of: readonly Comparison[]): number[] => of.map(({ hitRatio, optimum }) => hitRatio[policy] / optimum)
  const all = parts(comparisons)
  return {
    mean: all.reduce((sum, part) => sum + part, 0) / all.length,
    worst: Math.min(...all),
    worstWithoutLoop: Math.min(...parts(comparisons.filter(({ trace }) => trace !== 'loop'))),
  }
}
