import type { LarderError } from '@shared/errors'
import type { RedisOffMode } from '@shared/redis/off-modes'
import type { Principal } from '../base/principal'
import type { ServedCaches } from '../serving/caches'
import type { Maybe } from '../serving/maybe'
import type { ServedCache } from '../serving/ports'
import type { ReadableCache, RedisCall } from './redis-call'
import type { RedisAnswer } from './reply'
import type { RedisSession } from './session'
import { redisOffModes } from '@shared/redis/off-modes'
import { ReplyError } from '../base/resp'
import { noteFailure } from '../serving/account'
import { lasting } from '../serving/ports'
import { keysOfCommand } from './command-keys'
import { oneLine } from './fault-words'
import { readRedisKey } from './keys'
import { CommandFault, faults } from './reply'
import { emptyCache, voidCache } from './void-cache'

/** What clients see while caching is off. Nothing of it is asked for while it is on. */
export interface Off {
  /** For all connections; null while all caching is on. */
  ofAll: () => RedisOffMode | null
  /** For the cache that a connection uses; null while it is on. */
  of: (session: RedisSession, principal: Principal | null) => RedisOffMode | null
  /** Answers a command that a switch has turned away, and notes that it has. */
  answer: (call: RedisCall, error: LarderError) => Maybe<RedisAnswer>
}

interface OffParts {
  caches: Pick<ServedCaches, 'enabled' | 'find'>
  /** What the settings of the server say. */
  redisOff: () => RedisOffMode
}

/** Whether a switch is why a command cannot be served. */
export function isTurnedOff({ code }: LarderError): boolean {
  return code === 'caching-off' || code === 'cache-off'
}

export function createOff({ caches, redisOff }: OffParts): Off {
  function of({ cache }: RedisSession, principal: Principal | null): RedisOffMode | null {
    const own = principal === null ? undefined : caches.find(principal.userId, cache)?.cache.definition
    return caches.enabled && own?.enabled !== false ? null : own?.redisOff ?? redisOff()
  }

  /** A write fails in the words of Redis, and a read is answered by what is held. */
  function readOnly(fault: CommandFault): (call: RedisCall) => Maybe<RedisAnswer> {
    return (call) => {
      const { session, principal, row: { action } } = call
      if (action.does !== 'read')
        throw fault
      const mount = principal === null ? undefined : caches.find(principal.userId, session.cache)
      return action.handle(call, mount === undefined ? emptyCache : peeking(mount.served))
    }
  }

  const answers: Readonly<Record<RedisOffMode, (call: RedisCall) => Maybe<RedisAnswer>>> = {
    error: () => new ReplyError('ERR caching is switched off'),
    loading: () => new ReplyError('LOADING Redis is loading the dataset in memory'),
    readonly: readOnly(new CommandFault('READONLY You can\'t write against a read only replica.')),
    oom: readOnly(faults.noRoom()),
    miss: onNothing,
    refuse({ session }) {
      session.reset()
      return null
    },
    hang({ session }) {
      session.replies = 'hung'
      return null
    },
  }

  return {
    ofAll: () => caches.enabled ? null : redisOff(),
    of,
    answer(call, error) {
      // The switch may have been turned on since.
      const wanted = of(call.session, call.principal) ?? 'error'
      // What a person types in the console comes by no connection that could break.
      const isTyped = call.session.address === ''
      const mode = isTyped && (wanted === 'refuse' || wanted === 'hang') ? 'error' : wanted
      call.result = 'ok'
      call.others = null
      const done = (answer: RedisAnswer): RedisAnswer => {
        note(call, error, mode)
        return answer
      }
      try {
        call.key = keyOf(call)
        const answer = answers[mode](call)
        return answer instanceof Promise ? answer.catch(faultOf).then(done) : done(answer)
      }
      catch (fault) {
        return done(faultOf(fault))
      }
    },
  }
}

/** Runs a command in a cache that is empty and stays so. */
function onNothing(call: RedisCall): Maybe<RedisAnswer> {
  const { action } = call.row
  if (action.does === 'write')
    return action.handle(call, voidCache)
  return action.does === 'read' ? action.handle(call, emptyCache) : null
}

/** What is held, which is not counted as read. */
function peeking({ definition, peek, chosen }: ServedCache): ReadableCache {
  return {
    definition,
    chosen,
    peek,
    get(key, call) {
      const held = peek(key, call)
      // The answer is written later.
      return held instanceof Promise
        ? held.then(entry => entry ?? 'absent')
        : held === undefined ? 'absent' : lasting(held)
    },
  }
}

function keyOf({ row: { spec }, args }: RedisCall): string | null {
  const bytes = keysOfCommand(spec, args)?.[0]
  return bytes === undefined ? null : readRedisKey(bytes)
}

/** Throws what is no refusal. */
function faultOf(thrown: unknown): ReplyError {
  if (!(thrown instanceof CommandFault))
    throw thrown
  return new ReplyError(oneLine(thrown.message))
}

/** Whatever was answered: for the log the switch has turned the command away. */
function note(call: RedisCall, error: LarderError, mode: RedisOffMode): void {
  const seen = mode === 'error' ? '' : ` ${redisOffModes[mode].sees}`
  for (const each of [call, ...call.others ?? []]) {
    each.result = 'ok'
    noteFailure(each, error, `${error.message}${seen}`)
  }
}
