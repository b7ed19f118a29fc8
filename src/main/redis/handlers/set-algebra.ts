import type { Maybe } from '../../serving/maybe'
import type { ServedCache } from '../../serving/ports'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { StructureWriter } from '../structures'
import { Buffer } from 'node:buffer'
import { PackedReader } from '../../base/packed/reader'
import { readRedisKey } from '../keys'
import { integerOf } from '../numbers'
import { CommandFault, faults, ReplySet } from '../reply'
import { readPacked } from '../structures'
import { after } from './shared'
import { countGiven } from './structure-answers'

/** Members with one character a byte. */
type Members = Set<string>
/** What becomes of several sets; one that is not there is empty. */
type Operation = (sets: readonly Members[]) => Members

/** Intersections, unions and differences. */
export function createSetAlgebraHandlers(structures: StructureWriter) {
  function answer(operation: Operation) {
    return (call: RedisCall, cache: ReadableCache): RedisAnswer =>
      new ReplySet(countGiven(call, bytesOf(operation(readSets(call, cache, call.args.slice(1))))))
  }

  function store(operation: Operation) {
    return (call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> => {
      const members = bytesOf(operation(readSets(call, cache, call.args.slice(2))))
      const edit = { cuts: [], added: members, count: members.length }
      return after(structures.replace(call, cache, 'set', edit), () => members.length)
    }
  }

  return {
    sinter: answer(intersection),
    sunion: answer(union),
    sdiff: answer(difference),
    sinterstore: store(intersection),
    sunionstore: store(union),
    sdiffstore: store(difference),
    sintercard,
  }
}

function sintercard(call: RedisCall, cache: ReadableCache): RedisAnswer {
  const count = integerOf(call.bytes(1))
  if (count === undefined || count < 1n)
    throw new CommandFault('ERR numkeys should be greater than 0')
  if (count > BigInt(call.words.length - 2))
    throw new CommandFault('ERR Number of keys can\'t be greater than number of args')
  const end = 2 + Number(count)
  let most = 0
  for (let at = end; at < call.words.length; at += 2) {
    if (call.text(at).toUpperCase() !== 'LIMIT' || at + 1 >= call.words.length)
      throw faults.syntax()
    const limit = integerOf(call.bytes(at + 1))
    if (limit === undefined || limit < 0n)
      throw new CommandFault('ERR LIMIT can\'t be negative')
    most = Number(limit)
  }
  const { size } = intersection(readSets(call, cache, call.args.slice(2, end)))
  return most === 0 ? size : Math.min(most, size)
}

/** Reads one after the other, because each is valid until the next is read. */
function readSets(call: RedisCall, cache: ReadableCache, keys: readonly Buffer[]): Members[] {
  return keys.map((bytes, index) => {
    const key = readRedisKey(bytes)
    if (index === 0)
      call.key ??= key
    const part = key === call.key && index === 0 ? call : call.also(key)
    const members: Members = new Set()
    const set = readPacked(cache, 'set', part)
    const reader = set && new PackedReader(set, 'set')
    while (reader?.next())
      members.add(reader.name())
    return members
  })
}

function bytesOf(members: Members): Buffer[] {
  return Array.from(members, member => Buffer.from(member, 'latin1'))
}

function intersection(sets: readonly Members[]): Members {
  const [smallest = new Set<string>(), ...others] = sets.toSorted((one, other) => one.size - other.size)
  return new Set([...smallest].filter(member => others.every(other => other.has(member))))
}

function union(sets: readonly Members[]): Members {
  const all: Members = new Set()
  for (const set of sets)
    set.forEach(member => all.add(member))
  return all
}

function difference([first = new Set(), ...others]: readonly Members[]): Members {
  return new Set([...first].filter(member => !others.some(other => other.has(member))))
}
