import { z } from 'zod'
import './without-eval'

const milliseconds = z.number().min(0).nullable()

/** How the shared tier of a cache does. */
export const TierState = z.strictObject({
  connected: z.boolean().meta({ description: 'Whether the server tells of changes now.' }),
  since: milliseconds.meta({ description: 'Milliseconds for which it has been connected; null while it is not.' }),
  pinged: milliseconds.meta({
    description: 'Milliseconds since the last PING was sent that the server has answered; null: there was none.',
  }),
  copies: z.int().meta({ description: 'Near copies that are kept right.' }),
  invalidations: z.int().meta({ description: 'Keys of which the server told that they had changed.' }),
  detail: z.string().nullable().meta({ description: 'Why it is not connected, as a sentence.' }),
})
export type TierState = z.output<typeof TierState>
