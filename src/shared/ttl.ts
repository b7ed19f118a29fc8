import { z } from 'zod'
import { grouped } from './grouped'
import { limits } from './limits'

const rule = 'TTL must be a positive value.'

/** Seconds that an entry lives. */
export const Ttl = z.number(rule)
  .positive(rule)
  .max(limits.ttl, `must be at most ${grouped(limits.ttl)} seconds`)
  .nullable()
  .meta({ description: 'Seconds that an entry lives after it was stored; null = no expiry.', examples: [300] })
