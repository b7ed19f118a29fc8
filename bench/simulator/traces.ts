import type { Random } from './random'
import { createRandom, createZipf } from './random'

interface TraceOptions {
  /** How many requests to make. */
  requests: number
  /** Keys that the applications of the trace know, scans apart. */
  keys: number
  /** Size of the cache as a share of the footprint. */
  share: number
  seed: number
}

/**
 * What a cache is put to: the keys asked for, one after the other, and how many entries it may
 * hold.
 */
interface Workload {
  requests: Uint32Array
  capacity: number
}

interface Trace {
  name: string
  generate: (options: TraceOptions) => Workload
}

/** Draws the key of each request in turn. */
type Draw = (request: number) => number

/**
 * Where the cache's size follows from the footprint: from the number of different keys that were
 * really asked for.
 */
function trace(name: string, prepare: (options: TraceOptions, random: Random) => Draw): Trace {
  return {
    name,
    generate(options) {
      const draw = prepare(options, createRandom(options.seed))
      const requests = Uint32Array.from({ length: options.requests }, (_, request) => draw(request))
      return { requests, capacity: Math.max(1, Math.round(options.share * footprintOf(requests))) }
    },
  }
}

function footprintOf(requests: Uint32Array): number {
  return new Set(requests).size
}

/**
 * Independent requests; what web and object caches see, mostly with an exponent from 0.6 to 1.1.
 */
function zipf(exponent: number): Trace {
  return trace(`zipf ${exponent}`, ({ keys }, random) => createZipf(keys, exponent, random))
}

/**
 * Zipf 0.9, and in every tenth of the trace a job that reads a fifth of that tenth's requests in
 * one go, keys that nobody else wants.
 */
const scanAndZipf = trace('scan + zipf', ({ requests, keys }, random) => {
  const draw = createZipf(keys, 0.9, random)
  const period = Math.max(1, Math.round(requests / 10))
  let scanned = 0
  return request => request % period < period / 5 ? keys + scanned++ % keys : draw()
})

/**
 * Nine of ten requests go evenly to a hot twentieth of the keys, which moves on by its whole width
 * twenty times: yesterday's favourites are never asked for again but by chance.
 */
const shiftingHotSet = trace('shifting hot set', ({ requests, keys }, random) => {
  const width = Math.max(1, Math.round(keys / 20))
  return (request) => {
    const start = Math.floor(request * 20 / requests) * width
    return random() < 0.9 ? (start + Math.floor(random() * width)) % keys : Math.floor(random() * keys)
  }
})

/**
 * The same keys over and over, a tenth more than the cache holds: the worst case of every policy
 * that prefers what came last.
 */
const loop: Trace = {
  name: 'loop',
  generate({ requests, keys, share }) {
    const capacity = Math.max(1, Math.round(share * keys))
    const length = Math.ceil(capacity * 1.1)
    return { requests: Uint32Array.from({ length: requests }, (_, request) => request % length), capacity }
  },
}

export const traces: readonly Trace[] = [zipf(0.7), zipf(0.9), zipf(1.1), scanAndZipf, loop, shiftingHotSet]
