import { z } from 'zod'
import './without-eval'

/** How the port of a gateway does. */
export const GatewayState = z.strictObject({
  state: z.enum(['listening', 'failed']),
  url: z.string().meta({ description: 'The base URL for apps.', examples: ['http://localhost:7801'] }),
  detail: z.string().nullable().meta({ description: 'Why it does not listen.' }),
})
export type GatewayState = z.output<typeof GatewayState>
