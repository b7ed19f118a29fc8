import type { Clock } from '../../base/clock'
import type { Maybe } from '../../serving/maybe'
import type { ServedCache } from '../../serving/ports'
import type { Serving } from '../../serving/serving'
import type { Databases } from '../databases'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { Buffer } from 'node:buffer'
import { databaseName } from '../databases'
import { encodingOf } from '../encoding'
import { elsewhere } from '../executor'
import { integerOf } from '../numbers'
import { CommandFault, faults } from '../reply'
import { databases as databaseCount } from '../session'
import { mayUse } from '../sign-on'
import { emptyCache, voidCache } from '../void-cache'
import { after, allOf, peekHere } from './shared'

interface ServerParts {
  clock: Clock
  databases: Databases
  serving: Pick<Serving, 'open'>
}

/** What an entry takes beside its key and value, in bytes. */
const entryOverhead = 56

const notLfu = 'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when '
  + 'switching between policies at runtime LRU and LFU data will take some time to adjust.'

/** Commands about a whole cache, and what Redis tells of single entries beside their values. */
export function createServerHandlers({ clock, databases, serving }: ServerParts) {
  function flushdb(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    checkFlush(call)
    return after(cache.flush(call), () => {
      call.result = 'dropped'
      return 'OK'
    })
  }

  /** Those of the databases that are there and that the key may use; never another cache. */
  function flushall(call: RedisCall, cache: ServedCache): Maybe<RedisAnswer> {
    checkFlush(call)
    const { principal } = call
    const names = Array.from({ length: databaseCount }, (_, number) => databaseName(number)).filter((name) => {
      if (principal === null || !mayUse(principal, name))
        return false
      const definition = databases.definition(principal, name)
      return definition !== undefined && elsewhere(definition) === null
    })
    // A cache that keeps nothing has nothing to drop.
    if (cache === voidCache)
      return 'OK'
    return after(allOf<unknown>(names.map(name => serving.open(call, name).flush(call))), () => {
      call.result = 'dropped'
      return 'OK'
    })
  }

  return {
    'flushdb': flushdb,
    'flushall': flushall,
    'dbsize': function ({ principal, session }: RedisCall, cache: ReadableCache): RedisAnswer {
      if (principal === null || cache === emptyCache)
        return 0
      databases.requireWhole(principal, session.cache)
      return databases.size(principal, session.cache)
    },
    'time': (): RedisAnswer => {
      const now = clock.wall()
      return [Math.floor(now / 1000), Math.floor(now % 1000) * 1000].map(part => Buffer.from(String(part)))
    },
    'wait': ({ args }: RedisCall): RedisAnswer => {
      if (args.slice(1).some(argument => integerOf(argument) === undefined))
        throw faults.notWhole()
      return 0
    },
    'cluster': (): RedisAnswer => {
      throw new CommandFault('ERR This instance has cluster support disabled')
    },
    'latency|reset': (): RedisAnswer => 0,
    'slowlog|get': (): RedisAnswer => [],
    'slowlog|len': (): RedisAnswer => 0,
    'slowlog|reset': (): RedisAnswer => 'OK',
    'memory|usage': function (call: RedisCall, cache: ReadableCache): RedisAnswer {
      checkSamples(call)
      const entry = peekHere(call, cache, call.firstKey())
      return entry === undefined ? null : call.bytes(2).length + entry.value.length + entryOverhead
    },
    'object|encoding': function (call: RedisCall, cache: ReadableCache): RedisAnswer {
      const entry = peekHere(call, cache, call.firstKey())
      if (entry === undefined)
        return null
      return Buffer.from(encodingOf(entry))
    },
    'object|freq': function (call: RedisCall, cache: ReadableCache): RedisAnswer {
      const entry = peekHere(call, cache, call.firstKey())
      if (entry === undefined)
        return null
      if (cache.definition.eviction !== 'lfu')
        throw new CommandFault(notLfu)
      return entry.hits
    },
    'object|idletime': function (call: RedisCall, cache: ReadableCache): RedisAnswer {
      const entry = peekHere(call, cache, call.firstKey())
      return entry === undefined ? null : Math.floor(entry.age)
    },
  }
}

/** Throws CommandFault. */
function checkFlush({ args }: RedisCall): void {
  const word = args[1]?.toString('latin1').toUpperCase()
  if (args.length > 2 || (word !== undefined && word !== 'SYNC' && word !== 'ASYNC'))
    throw faults.syntax()
}

/** Throws CommandFault. */
function checkSamples(call: RedisCall): void {
  if (call.words.length === 3)
    return
  if (call.words.length !== 5 || call.text(3).toUpperCase() !== 'SAMPLES')
    throw faults.syntax()
  if ((integerOf(call.bytes(4)) ?? -1n) < 0n)
    throw faults.syntax()
}
