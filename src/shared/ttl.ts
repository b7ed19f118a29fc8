import { z } from 'zod'
import { durationForm } from './durations'
import { grouped } from './grouped'
import { limits } from './limits'

const rule = 'TTL must be a positive value.'
const form = `must be ${durationForm}, or none`
/** Seconds. Times are measured in milliseconds: a shorter life would be over before it began. */
const least = 0.001

function lifetime(seconds: z.ZodNumber) {
  return seconds
    .max(limits.ttl, `must be at most ${grouped(limits.ttl)} seconds`)
    .nullable()
    .meta({ description: 'Seconds that an entry lives after it was stored; null = no expiry.', examples: [300] })
}

/** Seconds that an entry lives. */
export const Ttl = lifetime(z.number(form).positive(rule))
/** What may be given for it; another version may have stored less. */
export const TtlInput = lifetime(z.number(form).min(least, rule))
