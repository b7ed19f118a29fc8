import type { Buffer } from 'node:buffer'
import type { PackedKind } from '../../base/packed/reader'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { packedPlaces, PackedReader } from '../../base/packed/reader'
import { mostWhole, readWhole } from '../numbers'
import { CommandFault, faults } from '../reply'
import { readPacked } from '../structures'
import { countGiven } from './structure-answers'

/** Bytes that a string takes in an answer beside its own, about. */
const besides = 16

/** Items by chance. */
export function createRandomHandlers(valueLimit: () => number) {
  /** Undefined if there is no such structure. */
  function choose(call: RedisCall, cache: ReadableCache, kind: PackedKind, wanted: number): Buffer[] {
    const bytes = readPacked(cache, kind, call)
    if (bytes === undefined || wanted === 0)
      return []
    const places = packedPlaces(bytes, kind)
    const reader = new PackedReader(bytes, kind)
    const chosen: Buffer[] = []
    const indexes = wanted > 0 ? distinctOnes(Math.min(wanted, places.length), places.length) : any(-wanted, places)
    let length = 0
    for (const index of indexes) {
      reader.readAt(places[index] as number)
      chosen.push(reader.nameBytes(), reader.valueBytes())
      length += reader.to - reader.from + besides
      // A negative count takes the same ones again and again.
      if (wanted < 0 && length > valueLimit())
        throw new CommandFault(`ERR the answer is too large: it may have ${valueLimit()} bytes`)
    }
    return chosen
  }

  function one(call: RedisCall, cache: ReadableCache, kind: PackedKind): RedisAnswer {
    const [name = null] = choose(call, cache, kind, 1)
    call.given = name?.length ?? 0
    return name
  }

  return {
    hrandfield(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const { length } = call.words
      if (length === 2)
        return one(call, cache, 'hash')
      const count = readChoice(call)
      const withValues = length > 3
      if (length > 4 || (withValues && call.text(3).toUpperCase() !== 'WITHVALUES'))
        throw faults.syntax()
      if (withValues && (count < -mostWhole / 2n || count > mostWhole / 2n))
        throw faults.outOfRange()
      const chosen = choose(call, cache, 'hash', Number(count))
      if (!withValues)
        return countGiven(call, chosen.filter((_, index) => index % 2 === 0))
      countGiven(call, chosen)
      return call.session.protocol === 3
        ? Array.from({ length: chosen.length / 2 }, (_, pair) => chosen.slice(2 * pair, 2 * pair + 2))
        : chosen
    },
    srandmember(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const { length } = call.words
      if (length === 2)
        return one(call, cache, 'set')
      if (length > 3)
        throw faults.syntax()
      const chosen = choose(call, cache, 'set', Number(readChoice(call)))
      return countGiven(call, chosen.filter((_, index) => index % 2 === 0))
    },
  }
}

/** How many, and whether one may come twice: then it is negative. Throws CommandFault. */
function readChoice(call: RedisCall): bigint {
  const count = readWhole(call.bytes(2))
  if (count < -mostWhole)
    throw new CommandFault(`ERR value is out of range, value must between -${mostWhole} and ${mostWhole}`)
  return count
}

/** So many different numbers below `below`, by chance. */
export function distinctOnes(count: number, below: number): Uint32Array {
  if (count === 1)
    return Uint32Array.of(Math.floor(Math.random() * below))
  const numbers = Uint32Array.from({ length: below }, (_, index) => index)
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(Math.random() * (below - at))
    const taken = numbers[other] as number
    numbers[other] = numbers[at] as number
    numbers[at] = taken
  }
  return numbers.subarray(0, count)
}

function* any(count: number, { length }: Uint32Array): Generator<number, void> {
  for (let left = count; left > 0; left--)
    yield Math.floor(Math.random() * length)
}
