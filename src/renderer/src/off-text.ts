import type { OffTime } from '@shared/off-time'
import type { RedisOffMode } from '@shared/redis/off-modes'
import { spellKey } from '@shared/key-spelling'
import { redisOffModes } from '@shared/redis/off-modes'
import { formatCount } from './format'

/** Callers that a line has room for. */
const shown = 3
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' })

/** Returns the time of day in the local time zone, `23:41:07`, of an ISO time or milliseconds. */
export function timeOfDay(at: string | number): string {
  return clock.format(new Date(at))
}

/** Says since when a switch is off, and how much that turned away. */
export function sinceOf({ since, refused }: OffTime): string {
  const many = refused === 0 ? 'no request yet' : `${formatCount(refused)} ${refused === 1 ? 'request' : 'requests'}`
  return `Since ${timeOfDay(since)}: ${many} turned away`
}

/** Says who still calls; empty if nobody does. */
export function callersOf({ callers }: OffTime, labelOf: (keyId: string) => string): string {
  if (callers.length === 0)
    return ''
  const told = callers.slice(0, shown).map(({ cache, keyId, refused }) => {
    const what = cache === null ? 'writes' : spellKey(cache, 64)
    return `${what}${keyId === null ? '' : ` with the key ${labelOf(keyId)}`} (${formatCount(refused)})`
  })
  const more = callers.length > shown ? ', and others' : ''
  return `Still calling: ${told.join(', ')}${more}`
}

/** What Redis clients see while a switch is off, and what they make of it. */
export function explainRedisOff(mode: RedisOffMode): string {
  return `${redisOffModes[mode].sees} ${redisOffModes[mode].clients}`
}
