import type { Random } from './random'
import { createRandom, createZipf } from './random'

interface TraceOptions {
  /** Number of requests to make. */
  requests: number
  /** Number of keys that the applications of the trace use, without scans. */
  keys: number
  /** Size of the cache as a share of the footprint. */
  share: number
  seed: number
}

/**
 * Work for a cache: the keys that are requested, in order, and the number of entries that the cache
 * may have.
 */
interface Workload {
  requests: Uint32Array
  capacity: number
}

interface Trace {
  name: string
  generate: (options: TraceOptions) => Workload
}

/** Returns the key of each request in turn. */
type Draw = (request: number) => number

/**
 * A trace whose cache size depends on the footprint, which is the number of different keys that
 * were really requested.
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
 * Independent requests, as web and object caches see them, mostly with an exponent from 0.6 to 1.1.
 */
function zipf(exponent: number): Trace {
  return trace(`zipf ${exponent}`, ({ keys }, random) => createZipf(keys, exponent, random))
}

/**
 * Zipf 0.9, with a job in every tenth of the trace. The job reads keys that nobody else uses, and
 * makes a fifth of that tenth's requests in one go.
 */
const scanAndZipf = trace('scan + zipf', ({ requests, keys }, random) => {
  const draw = createZipf(keys, 0.9, random)
  const period = Math.max(1, Math.round(requests / 10))
  let scanned = 0
  return request => request % period < period / 5 ? keys + scanned++ % keys : draw()
})

/**
 * Nine of ten requests are spread evenly over a hot twentieth of the keys, which moves on by its
 * whole width twenty times. Keys that were hot before are only requested again by chance.
 */
const shiftingHotSet = trace('shifting hot set', ({ requests, keys }, random) => {
  const width = Math.max(1, Math.round(keys / 20))
  return (request) => {
    const start = Math.floor(request * 20 / requests) * width
    return random() < 0.9 ? (start + Math.floor(random() * width)) % keys : Math.floor(random() * keys)
  }
})

/**
 * The same keys over and over, a tenth more than the cache can have: the worst case for every
 * policy that prefers the latest entries.
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
