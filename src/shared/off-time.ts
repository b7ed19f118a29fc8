import { z } from 'zod'
import './without-eval'

/** What happened since a switch was turned off. */
export const OffTime = z.strictObject({
  since: z.iso.datetime().meta({ description: 'When it was turned off; at the earliest the start of the server.' }),
  refused: z.int().meta({ description: 'Requests of apps to your caches that got 503 for it.' }),
  callers: z.array(z.strictObject({
    cache: z.string().nullable().meta({ description: 'null: a write, which is refused before the cache is known.' }),
    keyId: z.string().nullable().meta({ description: 'The API key; null for requests without one of the list.' }),
    refused: z.int(),
  })).meta({ description: 'Who sent them: up to ten, the busiest first.' }),
})
export type OffTime = z.output<typeof OffTime>
