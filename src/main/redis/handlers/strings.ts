import type { Clock } from '../../base/clock'
import type { Maybe } from '../../serving/maybe'
import type { Lookup, ServedCache, WriteOptions } from '../../serving/ports'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { Buffer } from 'node:buffer'
import { requireRead } from '../../serving/access'
import { proceed } from '../../serving/maybe'
import { elsewhere, notHere } from '../executor'
import { readFutureMoment, timeForms, ttlUntil } from '../expiry'
import { readKeyWord, readRedisKey } from '../keys'
import { CommandFault } from '../reply'
import { getexWords, readStringOptions, setWords, statedEnd } from './set-options'
import { after, allOf, isValue, peekHere, stringOf, wasStored } from './shared'

/** Reads and writes of whole values. */
export function createStringHandlers(clock: Clock) {
  function ttlOptions(end: number | null): WriteOptions | undefined {
    return end === null ? undefined : { ttl: ttlUntil(end, clock) }
  }

  function set(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    if (call.words.length === 3)
      return proceed(call, store(call, cache, call.bytes(2), undefined), answerStored)
    const options = readStringOptions(call, 3, setWords)
    const { condition, expected, get, keepTtl } = options
    const end = statedEnd(call, options, clock)
    const place = elsewhere(cache.definition)
    if (get || expected !== null)
      requireRead(call, get ? 'SET with GET' : 'SET with IFEQ')
    if (place !== null && (get || expected !== null))
      throw notHere(place)
    const before = place === null && (condition !== null || expected !== null || get || keepTtl)
      ? peekHere(call, cache, call.firstKey())
      : undefined
    const former = get && before !== undefined ? Buffer.copyBytesFrom(stringOf(before)) : null
    const isRefused = place === null && (condition === 'NX' ? before !== undefined : condition === 'XX' && !before)
    if (isRefused || (expected !== null && !isValue(before, expected)))
      return former
    const written = store(call, cache, call.bytes(2), {
      ...ttlOptions(end),
      ...keepTtl && (place !== null || before !== undefined) && { keepTimes: true },
      ...place !== null && condition === 'NX' && { ifAbsent: true },
      ...place !== null && condition === 'XX' && { ifVersion: 'any' as const },
    })
    return after(written, result => wasStored(call, result) ? get ? former : 'OK' : null)
  }

  function setFor(form: keyof typeof timeForms): Writes {
    return (call, cache) => {
      const end = readFutureMoment(call.bytes(2), timeForms[form], clock, call)
      return proceed(call, store(call, cache, call.bytes(3), ttlOptions(end)), answerStored)
    }
  }

  function setnx(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    return after(store(call, cache, call.bytes(2), { ifAbsent: true }), result => wasStored(call, result) ? 1 : 0)
  }

  function getset(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const before = call.note(cache.get(call.firstKey(), call) as Lookup)
    const former = before === undefined ? null : Buffer.copyBytesFrom(stringOf(before))
    call.given = former?.length ?? 0
    return after(store(call, cache, call.bytes(2), undefined), result => wasStored(call, result) ? former : null)
  }

  function getdel(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const hit = call.note(cache.get(call.firstKey(), call) as Lookup)
    if (hit === undefined)
      return null
    const value = Buffer.copyBytesFrom(stringOf(hit))
    call.given = value.length
    return after(cache.delete(call.firstKey(), undefined, call), () => {
      call.result = 'dropped'
      return value
    })
  }

  function getex(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const options = readStringOptions(call, 2, getexWords)
    return after(cache.get(call.firstKey(), call), (lookup) => {
      const hit = call.note(lookup)
      if (hit === undefined)
        return null
      const value = Buffer.copyBytesFrom(stringOf(hit))
      call.given = value.length
      const end = statedEnd(call, options, clock)
      // An entry without a TTL is not changed, and whoever watches it hears nothing.
      if (end === null && (!options.persist || hit.ttl === null))
        return value
      const changed = end !== null && end <= clock.wall()
        ? cache.delete(call.firstKey(), undefined, call)
        : cache.touch(call.firstKey(), end === null ? null : ttlUntil(end, clock), undefined, call)
      return after<unknown, RedisAnswer>(changed, () => value)
    })
  }

  function mset(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    return after(allOf(storeAll(call, cache)), () => 'OK')
  }

  function msetnx(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const pairs = readPairs(call)
    if (pairs.some(({ key }) => peekHere(call, cache, key) !== undefined))
      return 0
    return after(allOf(storeAll(call, cache)), () => 1)
  }

  return {
    get,
    set,
    setex: setFor('EX'),
    psetex: setFor('PX'),
    setnx,
    getset,
    getdel,
    getex,
    mget,
    mset,
    msetnx,
    strlen,
  }
}

type Writes = (call: RedisCall, cache: ServedCache) => Maybe<RedisAnswer>

function get(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
  return proceed(call, cache.get(call.firstKey(), call), answerValue)
}

function answerValue(call: RedisCall, lookup: Lookup): Buffer | null {
  const hit = call.note(lookup)
  if (hit === undefined)
    return null
  const value = stringOf(hit)
  call.given = value.length
  return value
}

function strlen(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
  return after(cache.get(call.firstKey(), call), (lookup) => {
    const hit = call.note(lookup)
    return hit === undefined ? 0 : stringOf(hit).length
  })
}

/** Something of another kind reads as nothing here, as Redis has it. */
function mget(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
  const { words } = call
  const values: Maybe<RedisAnswer>[] = []
  let isHere = true
  for (let index = 1; index < words.length; index++) {
    const key = readKeyWord(words, index)
    const part = index === 1 ? call : call.also(key)
    const value = proceed(part, cache.get(key, part), answerOwn)
    isHere &&= !(value instanceof Promise)
    values.push(value)
  }
  return isHere ? values as RedisAnswer[] : Promise.all(values)
}

/** The value of one of several keys, which outlives the read of the next. */
function answerOwn(call: RedisCall, lookup: Lookup): RedisAnswer {
  const hit = call.note(lookup)
  if (hit?.kind !== 'bytes')
    return null
  call.given = hit.value.length
  return Buffer.from(hit.value)
}

function store(
  call: RedisCall,
  cache: ServedCache,
  value: Buffer,
  options: WriteOptions | undefined,
): ReturnType<ServedCache['set']> {
  call.taken = value.length
  call.ttl = options?.ttl ?? cache.definition.ttl
  return cache.set(call.firstKey(), value, options, call)
}

function answerStored(call: RedisCall, result: Awaited<ReturnType<ServedCache['set']>>): RedisAnswer {
  return wasStored(call, result) ? 'OK' : null
}

/** Throws CommandFault for a key without a value. */
function readPairs(call: RedisCall): { key: string, value: Buffer }[] {
  if (call.words.length % 2 === 0)
    throw new CommandFault(`ERR wrong number of arguments for '${call.row.name}' command`)
  return Array.from({ length: (call.words.length - 1) / 2 }, (_, pair) =>
    ({ key: readRedisKey(call.bytes(2 * pair + 1)), value: call.bytes(2 * pair + 2) }))
}

function storeAll(call: RedisCall, cache: ServedCache): Maybe<boolean>[] {
  return readPairs(call).map(({ key, value }, index) => {
    const part = index === 0 ? call : call.also(key)
    return after(store(part, cache, value, undefined), result => wasStored(part, result))
  })
}
