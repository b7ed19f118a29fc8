import type { Maybe } from '../../serving/maybe'
import type { ServedCache, WriteOptions } from '../../serving/ports'
import type { Databases } from '../databases'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { lasting } from '../../serving/ports'
import { databaseName } from '../databases'
import { elsewhere, notHere } from '../executor'
import { readRedisKey } from '../keys'
import { readWhole } from '../numbers'
import { faults } from '../reply'
import { databases as databaseCount } from '../session'
import { after, allOf, isValue, peekFresh, peekHere, typeNames, wasStored } from './shared'

/** Commands about entries of any kind. */
export function createEntryHandlers(databases: Pick<Databases, 'write'>) {
  /** Stores an entry again as it is. Returns what to wait for. */
  function put(call: RedisCall, from: ServedCache, to: ServedCache, source: string, target: string): Maybe<boolean> {
    const entry = peekHere(call, from, source)
    if (entry === undefined)
      return false
    const { value, contentType, tags, kind, flags, ttl, givenTtl, grace, givenGrace } = lasting(entry)
    const options: WriteOptions = { contentType, tags, kind, flags, ttl, givenTtl, grace, givenGrace }
    return after(to.set(target, value, options, call), result => wasStored(call, result))
  }

  function rename(call: RedisCall, cache: ServedCache, onlyIfFree: boolean): Maybe<boolean> {
    const [source, target] = [call.firstKey(), readRedisKey(call.bytes(2))]
    if (peekHere(call, cache, source) === undefined)
      throw faults.noKey()
    if (source === target)
      return !onlyIfFree
    if (onlyIfFree && peekHere(call, cache, target) !== undefined)
      return false
    const written = put(call, cache, cache, source, target)
    const removed = cache.delete(source, undefined, call)
    return after(allOf<unknown>([written, removed]), () => true)
  }

  function copy(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const { replace, database } = readCopyOptions(call)
    const { session } = call
    const name = database === 0 ? session.home : databaseName(database ?? 0)
    const target = readRedisKey(call.bytes(2))
    if (database === null || name === session.cache)
      return copyTo(call, cache, cache, target, replace)
    // Nothing is made for what is not there.
    if (peekHere(call, cache, call.firstKey()) === undefined)
      return 0
    return after(databases.write(call, name), (other) => {
      const place = elsewhere(other.definition)
      if (place !== null)
        throw notHere(place)
      return copyTo(call, cache, other, target, replace)
    })
  }

  /** What Redis 8.4 has: a deletion, if the value is still what the client knows. */
  function delex(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    const [, , word, expected] = call.args
    if (call.args.length !== 2 && (expected === undefined || call.args.length > 4))
      throw faults.arity('delex')
    if (word !== undefined && word.toString('latin1').toUpperCase() !== 'IFEQ')
      throw faults.syntax()
    const entry = peekHere(call, cache, call.firstKey())
    if (entry === undefined || (expected !== undefined && !isValue(entry, expected)))
      return 0
    return after(cache.delete(call.firstKey(), undefined, call), () => {
      call.result = 'dropped'
      return 1
    })
  }

  function copyTo(
    call: RedisCall,
    from: ServedCache,
    to: ServedCache,
    target: string,
    replace: boolean,
  ): Maybe<RedisAnswer> {
    if (from === to && call.firstKey() === target)
      throw faults.sameObject()
    if (!replace && peekHere(call, to, target) !== undefined)
      return 0
    return after(put(call, from, to, call.firstKey(), target), isMade => isMade ? 1 : 0)
  }

  return {
    del: remove,
    unlink: remove,
    exists: count,
    touch: count,
    type: (call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> =>
      after(peekFresh(call, cache, call.firstKey()), entry => entry === undefined ? 'none' : typeNames[entry.kind]),
    rename: (call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> =>
      after(rename(call, cache, false), () => 'OK'),
    renamenx: (call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> =>
      after(rename(call, cache, true), isDone => isDone ? 1 : 0),
    copy,
    delex,
  }
}

/** Each key for itself, so that it works in every cache. */
function remove(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
  return eachKey(call, (key, part) => {
    // One that is past its TTL goes as well, but does not count.
    const isThere = elsewhere(cache.definition) !== null || peekHere(part, cache, key) !== undefined
    return after(cache.delete(key, undefined, part), (outcome) => {
      const isRemoved = outcome === 'removed' && isThere
      if (isRemoved)
        part.result = 'dropped'
      return isRemoved
    })
  })
}

function count(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
  return eachKey(call, (key, part) => after(cache.get(key, part), lookup => part.note(lookup) !== undefined))
}

/** For how many of the keys something holds. */
function eachKey(call: RedisCall, holds: (key: string, part: RedisCall) => Maybe<boolean>): Maybe<number> {
  const found = call.args.slice(1).map((bytes, index) => {
    const key = readRedisKey(bytes)
    return holds(key, index === 0 ? call : call.also(key))
  })
  return after(allOf(found), results => results.filter(Boolean).length)
}

/** Throws CommandFault. */
function readCopyOptions(call: RedisCall): { replace: boolean, database: number | null } {
  let replace = false
  let database: number | null = null
  for (let at = 3; at < call.words.length; at++) {
    const word = call.text(at).toUpperCase()
    if (word === 'REPLACE') {
      replace = true
    }
    else if (word === 'DB' && at + 1 < call.words.length) {
      at++
      database = Number(readWhole(call.bytes(at)))
      if (database < 0 || database >= databaseCount)
        throw faults.database()
    }
    else {
      throw faults.syntax()
    }
  }
  return { replace, database }
}
