import { z } from 'zod'
import { missReasons } from './miss-reasons'
import { mapRows } from './rows'
import './without-eval'

const MissCounts = z.strictObject(mapRows(missReasons, () => z.int()))
  .meta({ description: 'Misses by their reason.' })

const Latency = z.strictObject({
  count: z.int(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
}).meta({ description: 'Latency in microseconds.' })

export const CacheStatistics = z.strictObject({
  hits: z.int(),
  staleHits: z.int(),
  misses: MissCounts,
  sets: z.int(),
  deletes: z.int(),
  evictions: z.int(),
  expirations: z.int(),
  hitRatio: z.number().nullable().meta({
    description: 'hits / (hits + misses), without reads while caching was off; null before the first read.',
  }),
  latency: Latency,
})

export const LastMinute = z.strictObject({
  seconds: z.int().meta({ description: 'Seconds of it that were measured: fewer than 60 after a start.' }),
  hits: z.int(),
  misses: MissCounts,
  evictions: z.int(),
}).meta({ description: 'What happened in the last 60 whole seconds.' })
export type LastMinute = z.output<typeof LastMinute>
