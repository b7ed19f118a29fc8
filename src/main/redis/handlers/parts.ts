import type { Maybe } from '../../serving/maybe'
import type { Peek, ServedCache } from '../../serving/ports'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { addDecimals, integerOf, readWhole } from '../numbers'
import { CommandFault, faults } from '../reply'
import { after, peekHere, stringOf, wasStored } from './shared'

/** Reads and changes of parts of values, and numbers. */
export function createPartHandlers(valueLimit: () => number) {
  /** Stores what a value becomes; all else of its entry stays. */
  function replace(call: RedisCall, cache: ServedCache, before: Peek | undefined, value: Buffer): Maybe<boolean> {
    if (value.length > valueLimit())
      throw faults.tooLong()
    call.taken = value.length
    const { contentType, tags, flags } = before ?? {}
    const options = before && { contentType, tags, flags, keepTimes: true }
    return after(cache.set(call.firstKey(), value, options, call), result => wasStored(call, result))
  }

  function append(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const before = peekHere(call, cache, call.firstKey())
    const value = before === undefined ? call.bytes(2) : Buffer.concat([stringOf(before), call.bytes(2)])
    return after(replace(call, cache, before, value), () => value.length)
  }

  function setrange(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const offset = Number(readWhole(call.bytes(2)))
    if (offset < 0)
      throw new CommandFault('ERR offset is out of range')
    const part = call.bytes(3)
    const before = peekHere(call, cache, call.firstKey())
    const held = before === undefined ? Buffer.alloc(0) : stringOf(before)
    if (part.length === 0)
      return held.length
    const length = Math.max(held.length, offset + part.length)
    if (length > valueLimit())
      throw faults.tooLong()
    const value = Buffer.alloc(length)
    held.copy(value)
    part.copy(value, offset)
    return after(replace(call, cache, before, value), () => length)
  }

  function incrbyfloat(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const before = peekHere(call, cache, call.firstKey())
    const sum = Buffer.from(addDecimals(before && stringOf(before), call.bytes(2)))
    return after(replace(call, cache, before, sum), () => sum)
  }

  return {
    append,
    setrange,
    incrbyfloat,
    getrange,
    substr: getrange,
    incr: (call: RedisCall, cache: ServedCache) => increment(call, cache, 1n),
    decr: (call: RedisCall, cache: ServedCache) => increment(call, cache, -1n),
    incrby: (call: RedisCall, cache: ServedCache) => increment(call, cache, readWhole(call.bytes(2))),
    decrby(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
      const by = readWhole(call.bytes(2))
      if (by === -(2n ** 63n))
        throw new CommandFault('ERR decrement would overflow')
      return increment(call, cache, -by)
    },
  }
}

function getrange(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
  const [from, to] = [2, 3].map(index => Number(readWhole(call.bytes(index)))) as [number, number]
  return after(cache.get(call.firstKey(), call), (lookup) => {
    const hit = call.note(lookup)
    const value = hit === undefined ? Buffer.alloc(0) : stringOf(hit)
    const { length } = value
    if (from < 0 && to < 0 && from > to)
      return Buffer.alloc(0)
    const start = from < 0 ? Math.max(0, length + from) : from
    const end = to < 0 ? Math.max(0, length + to) : Math.min(to, length - 1)
    const part = start > end || length === 0 ? Buffer.alloc(0) : value.subarray(start, end + 1)
    call.given = part.length
    return part
  })
}

function increment(call: RedisCall, cache: ServedCache, by: bigint): Maybe<RedisAnswer> {
  const failed = (error: unknown): never => {
    throw overflowOr(call, cache, error)
  }
  try {
    const result = cache.increment(call.firstKey(), by, undefined, call)
    const answered = after(result, ({ number }): RedisAnswer => {
      call.result = 'stored'
      return BigInt(number)
    })
    return answered instanceof Promise ? answered.catch(failed) : answered
  }
  catch (error) {
    return failed(error)
  }
}

/** The engine has one error for what is no number and for what would be too large a one. */
function overflowOr(call: RedisCall, cache: ServedCache, error: unknown): unknown {
  if (!(error instanceof LarderError) || error.code !== 'not-a-number')
    return error
  const entry = cache.peek(call.firstKey(), call)
  return entry === undefined || entry instanceof Promise || integerOf(entry.value) === undefined
    ? error
    : new CommandFault('ERR increment or decrement would overflow')
}
