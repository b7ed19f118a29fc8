import type { Maybe } from '../../serving/maybe'
import type { ServedCache } from '../../serving/ports'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { StructureWriter } from '../structures'
import { Buffer } from 'node:buffer'
import { countPacked, findAllPacked, findPacked, packedPlaces, PackedReader } from '../../base/packed/reader'
import { readRedisKey } from '../keys'
import { integerOf } from '../numbers'
import { CommandFault, faults, ReplySet } from '../reply'
import { peekStructure, readPacked } from '../structures'
import { removeNames } from './hashes'
import { distinctOnes } from './random-items'
import { after, peekHere } from './shared'
import { countGiven, eachItem } from './structure-answers'

/** Reads and writes of single sets. */
export function createSetHandlers(structures: StructureWriter) {
  function sadd(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const set = peekStructure(call, cache, 'set')
    const found = findAllPacked(set.bytes, 'set', call.args.slice(2))
    const fresh = new Map<string, Buffer>()
    for (const member of call.args.slice(2)) {
      const name = member.toString('latin1')
      if (!found.has(name))
        fresh.set(name, member)
    }
    if (fresh.size === 0)
      return 0
    return after(structures.change(call, cache, set, {
      cuts: [],
      added: [...fresh.values()],
      count: countPacked(set.bytes, 'set') + fresh.size,
    }), () => fresh.size)
  }

  function spop(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    if (call.words.length > 3)
      throw faults.syntax()
    const isOne = call.words.length === 2
    const wanted = isOne ? 1 : readCount(call)
    const set = peekStructure(call, cache, 'set')
    const count = countPacked(set.bytes, 'set')
    const places = packedPlaces(set.bytes, 'set')
    const cuts: { from: number, to: number }[] = []
    const popped: Buffer[] = []
    const reader = new PackedReader(set.bytes, 'set')
    for (const index of distinctOnes(Math.min(wanted, count), count).sort()) {
      reader.readAt(places[index] as number)
      cuts.push({ from: reader.from, to: reader.to })
      popped.push(Buffer.copyBytesFrom(reader.nameBytes()))
    }
    const answer = isOne ? popped[0] ?? null : new ReplySet(popped)
    countGiven(call, popped)
    if (popped.length === 0)
      return answer
    return after<unknown, RedisAnswer>(
      structures.change(call, cache, set, { cuts, added: [], count: count - popped.length }),
      () => answer,
    )
  }

  function smove(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const target = readRedisKey(call.bytes(2))
    const member = call.bytes(3)
    if (peekHere(call, cache, call.firstKey()) === undefined)
      return 0
    const isThere = findPacked(peekStructure(call, cache, 'set').bytes, 'set', member) !== undefined
    const set = peekStructure(call, cache, 'set', target)
    if (target === call.firstKey() || !isThere)
      return isThere ? 1 : 0
    // What may fail comes first.
    const added = findPacked(set.bytes, 'set', member) !== undefined
      ? undefined
      : structures.change(call, cache, set, { cuts: [], added: [member], count: countPacked(set.bytes, 'set') + 1 })
    return after(added, () => after<unknown, RedisAnswer>(take(call, cache, member), () => 1))
  }

  /** Takes a member out of the first set, which may have gone to make room. */
  function take(call: RedisCall, cache: ServedCache, member: Buffer): Maybe<unknown> {
    const set = peekStructure(call, cache, 'set')
    const item = findPacked(set.bytes, 'set', member)
    return item && structures.change(call, cache, set, {
      cuts: [item],
      added: [],
      count: countPacked(set.bytes, 'set') - 1,
    })
  }

  return {
    sadd,
    spop,
    smove,
    srem: (call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> =>
      removeNames(call, cache, structures, peekStructure(call, cache, 'set')),
    smembers(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const set = readPacked(cache, 'set', call)
      return new ReplySet(set === undefined ? [] : countGiven(call, eachItem(set, 'set', item => [item.nameBytes()])))
    },
    sismember(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const set = readPacked(cache, 'set', call)
      return set !== undefined && findPacked(set, 'set', call.bytes(2)) !== undefined ? 1 : 0
    },
    smismember(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const set = readPacked(cache, 'set', call)
      const names = call.args.slice(2)
      const found = set && findAllPacked(set, 'set', names)
      return names.map(name => found?.has(name.toString('latin1')) ? 1 : 0)
    },
    scard(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const set = readPacked(cache, 'set', call)
      return set === undefined ? 0 : countPacked(set, 'set')
    },
  }
}

/** Throws CommandFault. */
function readCount(call: RedisCall): number {
  const count = integerOf(call.bytes(2))
  if (count === undefined || count < 0n)
    throw new CommandFault('ERR value is out of range, must be positive')
  return Number(count)
}
