import type { Clock } from '../../base/clock'
import type { Maybe } from '../../serving/maybe'
import type { Peek, ServedCache } from '../../serving/ports'
import type { TimeForm } from '../expiry'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { readMoment, ttlUntil } from '../expiry'
import { CommandFault, printed } from '../reply'
import { after, peekFresh } from './shared'

/** Commands about when entries end. */
export function createExpiryHandlers(clock: Clock) {
  /**
   * Milliseconds since 1970, give or take one, as entries go by a clock with fractions as well;
   * undefined for an entry without an end.
   */
  function endOf({ ttl }: Peek): number | undefined {
    return ttl === null ? undefined : Math.round(clock.wall() + ttl * 1000)
  }

  function expire(form: TimeForm): (call: RedisCall, cache: ServedCache) => Maybe<RedisAnswer> {
    return (call, cache) => {
      const conditions = readConditions(call)
      const end = readMoment(call.bytes(2), form, clock, call.row.name)
      return after(peekFresh(call, cache, call.firstKey()), (entry) => {
        if (entry === undefined || !holds(conditions, endOf(entry), end))
          return 0
        if (end <= clock.wall()) {
          return after(cache.delete(call.firstKey(), undefined, call), () => {
            call.result = 'dropped'
            return 1
          })
        }
        return touch(call, cache, ttlUntil(end, clock))
      })
    }
  }

  /** What a key without an entry, an entry without an end, and an end are answered. */
  function tell(answer: (end: number) => number): (call: RedisCall, cache: ReadableCache) => Maybe<RedisAnswer> {
    return (call, cache) => after(peekFresh(call, cache, call.firstKey()), (entry) => {
      if (entry === undefined)
        return -2
      const end = endOf(entry)
      return end === undefined ? -1 : answer(end)
    })
  }

  const left = (end: number): number => Math.max(0, end - Math.floor(clock.wall()))
  return {
    expire: expire({ seconds: true, absolute: false }),
    pexpire: expire({ seconds: false, absolute: false }),
    expireat: expire({ seconds: true, absolute: true }),
    pexpireat: expire({ seconds: false, absolute: true }),
    ttl: tell(end => rounded(left(end))),
    pttl: tell(left),
    expiretime: tell(rounded),
    pexpiretime: tell(end => end),
    persist: (call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> =>
      after(peekFresh(call, cache, call.firstKey()), entry =>
        entry === undefined || entry.ttl === null ? 0 : touch(call, cache, null)),
  }
}

function touch(call: RedisCall, cache: ServedCache, ttl: number | null): Maybe<RedisAnswer> {
  return after(cache.touch(call.firstKey(), ttl, undefined, call), (outcome) => {
    if (outcome !== 'touched')
      return 0
    call.result = 'touched'
    call.ttl = ttl
    return 1
  })
}

/** Milliseconds as seconds, half a second up. */
function rounded(milliseconds: number): number {
  return Math.floor((milliseconds + 500) / 1000)
}

type Condition = 'NX' | 'XX' | 'GT' | 'LT'

/** Throws CommandFault for words that are none, or exclude each other. */
function readConditions(call: RedisCall): ReadonlySet<Condition> {
  const conditions = new Set<Condition>()
  for (let at = 3; at < call.words.length; at++) {
    const word = call.text(at).toUpperCase()
    if (word !== 'NX' && word !== 'XX' && word !== 'GT' && word !== 'LT')
      throw new CommandFault(`ERR Unsupported option ${printed(call.bytes(at))}`, 'ERR Unsupported option')
    conditions.add(word)
  }
  if (conditions.has('NX') && conditions.size > 1)
    throw new CommandFault('ERR NX and XX, GT or LT options at the same time are not compatible')
  if (conditions.has('GT') && conditions.has('LT'))
    throw new CommandFault('ERR GT and LT options at the same time are not compatible')
  return conditions
}

/** An entry without an end ends later than any other. */
function holds(conditions: ReadonlySet<Condition>, before: number | undefined, end: number): boolean {
  return !(conditions.has('NX') && before !== undefined)
    && !(conditions.has('XX') && before === undefined)
    && !(conditions.has('GT') && (before === undefined || end <= before))
    && !(conditions.has('LT') && before !== undefined && end >= before)
}
