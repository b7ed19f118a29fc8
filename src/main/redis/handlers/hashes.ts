import type { Maybe } from '../../serving/maybe'
import type { ServedCache } from '../../serving/ports'
import type { RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { Structure, StructureWriter } from '../structures'
import { Buffer } from 'node:buffer'
import { countPacked, findAllPacked, findPacked } from '../../base/packed/reader'
import { addDecimals, checkDecimal, integerOf, readWhole } from '../numbers'
import { CommandFault, faults } from '../reply'
import { peekStructure } from '../structures'
import { after } from './shared'

/** Writes of hashes. */
export function createHashHandlers(structures: StructureWriter) {
  /** Returns how many of the fields are new. */
  function store(call: RedisCall, cache: ServedCache): Maybe<number> {
    if (call.words.length % 2 === 1)
      throw faults.arity(call.row.name)
    const hash = peekStructure(call, cache, 'hash')
    // The last value of a field that comes twice.
    const given = new Map<string, number>()
    for (let at = 2; at < call.words.length; at += 2)
      given.set(call.text(at), at)
    const found = findAllPacked(hash.bytes, 'hash', [...given.values()].map(at => call.bytes(at)))
    const cuts = [...found]
      .map(([name, { nameEnd, to }]) => ({ from: nameEnd, to, put: call.bytes(given.get(name) as number + 1) }))
      .sort((one, other) => one.from - other.from)
    const fresh = [...given].filter(([name]) => !found.has(name)).map(([, at]) => at)
    return after(structures.change(call, cache, hash, {
      cuts,
      added: fresh.flatMap(at => [call.bytes(at), call.bytes(at + 1)]),
      count: countPacked(hash.bytes, 'hash') + fresh.length,
    }), () => fresh.length)
  }

  /** Stores one field. */
  function put(call: RedisCall, cache: ServedCache, hash: Structure, name: Buffer, value: Buffer): Maybe<unknown> {
    const item = findPacked(hash.bytes, 'hash', name)
    const count = countPacked(hash.bytes, 'hash')
    return structures.change(call, cache, hash, item === undefined
      ? { cuts: [], added: [name, value], count: count + 1 }
      : { cuts: [{ from: item.nameEnd, to: item.to, put: value }], added: [], count })
  }

  function hsetnx(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const hash = peekStructure(call, cache, 'hash')
    if (findPacked(hash.bytes, 'hash', call.bytes(2)) !== undefined)
      return 0
    return after(put(call, cache, hash, call.bytes(2), call.bytes(3)), () => 1)
  }

  function hdel(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    return removeNames(call, cache, structures, peekStructure(call, cache, 'hash'))
  }

  function hincrby(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const by = readWhole(call.bytes(3))
    const hash = peekStructure(call, cache, 'hash')
    const before = valueOf(hash, call.bytes(2))
    const number = before === undefined ? 0n : integerOf(before)
    if (number === undefined)
      throw new CommandFault('ERR hash value is not an integer')
    const sum = number + by
    if (BigInt.asIntN(64, sum) !== sum)
      throw new CommandFault('ERR increment or decrement would overflow')
    return after<unknown, RedisAnswer>(
      put(call, cache, hash, call.bytes(2), Buffer.from(String(sum))),
      () => sum,
    )
  }

  function hincrbyfloat(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    checkDecimal(call.bytes(3))
    const hash = peekStructure(call, cache, 'hash')
    const before = valueOf(hash, call.bytes(2))
    const sum = Buffer.from(addDecimals(before, call.bytes(3), notFloat))
    return after<unknown, RedisAnswer>(put(call, cache, hash, call.bytes(2), sum), () => sum)
  }

  return {
    hset: store,
    hmset: (call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> => after(store(call, cache), () => 'OK'),
    hsetnx,
    hdel,
    hincrby,
    hincrbyfloat,
  }
}

/** Takes the items away that the words from the second on name. Answers how many there were. */
export function removeNames(
  call: RedisCall,
  cache: ServedCache,
  structures: StructureWriter,
  structure: Structure,
): Maybe<RedisAnswer> {
  const { bytes, kind } = structure
  const found = [...findAllPacked(bytes, kind, call.args.slice(2)).values()]
  if (found.length === 0)
    return 0
  return after(structures.change(call, cache, structure, {
    cuts: found.sort((one, other) => one.from - other.from),
    added: [],
    count: countPacked(bytes, kind) - found.length,
  }), () => found.length)
}

function valueOf({ bytes }: Structure, name: Buffer): Buffer | undefined {
  const item = findPacked(bytes, 'hash', name)
  return item && bytes.subarray(item.valueStart, item.to)
}

function notFloat(): CommandFault {
  return new CommandFault('ERR hash value is not a float')
}
