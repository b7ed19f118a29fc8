import type { WriteOptions } from './ports'
import { invalidField } from '@shared/errors'

type Times = Pick<WriteOptions, 'ttl' | 'givenTtl' | 'grace' | 'givenGrace' | 'keepTimes'>
/** What a request calls each of them. */
type Fields = Readonly<Record<'ttl' | 'givenTtl' | 'grace' | 'givenGrace', string>>

/** Throws `invalid-input` that names the field if the times of a write contradict each other. */
export function checkTimes(times: Times, fields: Fields): void {
  checkLeft(times, fields)
  checkGivenTtl(times, fields.givenTtl)
  checkGrace(times, fields)
}

/** What has been stale for longer than its grace is not there. */
function checkLeft({ ttl = null, givenTtl, grace = 0 }: Times, fields: Fields): void {
  if (ttl === null || ttl > 0)
    return
  if (ttl < 0 && givenTtl === undefined)
    throw invalidField(fields.ttl, `must be above 0, or come with ${fields.givenTtl}: it is what is left of that`)
  if (givenTtl !== undefined && ttl + grace <= 0)
    throw invalidField(fields.ttl, 'must be above 0, or come with a grace that has not ended')
}

/** The TTL may be above the given one by less than a second, because header fields round it up. */
function checkGivenTtl({ ttl, givenTtl, keepTimes }: Times, field: string): void {
  if (givenTtl === undefined)
    return
  if (ttl === undefined || keepTimes)
    throw invalidField(field, 'must come with a TTL: what is left of it')
  if (givenTtl !== null && (ttl === null || ttl - givenTtl >= 1))
    throw invalidField(field, 'must be at least the TTL, which is what is left of it')
}

function checkGrace({ grace, givenGrace, keepTimes }: Times, fields: Fields): void {
  if (grace !== undefined && keepTimes)
    throw invalidField(fields.grace, 'must not come with the TTL keep, which keeps the grace too')
  if (givenGrace !== undefined && grace === undefined)
    throw invalidField(fields.givenGrace, 'must come with a grace: what is left of it')
}
