import type { Buffer } from 'node:buffer'
import type { PackedReader } from '../../base/packed/reader'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { countPacked, findAllPacked, findPacked } from '../../base/packed/reader'
import { AnswerMap } from '../reply'
import { readPacked } from '../structures'
import { countGiven, eachItem } from './structure-answers'

/** Reads of hashes. */
export const hashReads = {
  hget(call: RedisCall, cache: ReadableCache): RedisAnswer {
    const value = valueOf(call, cache)
    call.given = value?.length ?? 0
    return value ?? null
  },
  hmget(call: RedisCall, cache: ReadableCache): RedisAnswer {
    const hash = readPacked(cache, 'hash', call)
    const names = call.args.slice(2)
    if (hash === undefined)
      return names.map(() => null)
    const found = findAllPacked(hash, 'hash', names)
    return countGiven(call, names.map((name) => {
      const item = found.get(name.toString('latin1'))
      return item === undefined ? null : hash.subarray(item.valueStart, item.to)
    }))
  },
  hgetall(call: RedisCall, cache: ReadableCache): RedisAnswer {
    return new AnswerMap(all(call, cache, reader => [reader.nameBytes(), reader.valueBytes()]))
  },
  hkeys(call: RedisCall, cache: ReadableCache): RedisAnswer {
    return all(call, cache, reader => [reader.nameBytes()])
  },
  hvals(call: RedisCall, cache: ReadableCache): RedisAnswer {
    return all(call, cache, reader => [reader.valueBytes()])
  },
  hlen(call: RedisCall, cache: ReadableCache): RedisAnswer {
    const hash = readPacked(cache, 'hash', call)
    return hash === undefined ? 0 : countPacked(hash, 'hash')
  },
  hexists: (call: RedisCall, cache: ReadableCache): RedisAnswer => valueOf(call, cache) === undefined ? 0 : 1,
  hstrlen: (call: RedisCall, cache: ReadableCache): RedisAnswer => valueOf(call, cache)?.length ?? 0,
}

/** The value of the field that the second word names. */
function valueOf(call: RedisCall, cache: ReadableCache): Buffer | undefined {
  const hash = readPacked(cache, 'hash', call)
  const item = hash && findPacked(hash, 'hash', call.bytes(2))
  return item && hash.subarray(item.valueStart, item.to)
}

function all(call: RedisCall, cache: ReadableCache, take: (reader: PackedReader) => Buffer[]): Buffer[] {
  const hash = readPacked(cache, 'hash', call)
  return hash === undefined ? [] : countGiven(call, eachItem(hash, 'hash', take))
}
