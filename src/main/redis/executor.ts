import type { Logger } from '../base/logger'
import type { Maybe } from '../serving/maybe'
import type { ServedCache } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { CacheTurns } from './cache-turns'
import type { Databases } from './databases'
import type { Off } from './off'
import type { Acting } from './pushes/acting'
import type { ReadableCache, RedisCall } from './redis-call'
import type { RedisAnswer } from './reply'
import { LarderError } from '@shared/errors'
import { requireScope } from '../base/principal'
import { ReplyError } from '../base/resp'
import { toLarderError } from '../base/unexpected'
import { requireRead } from '../serving/access'
import { noteFailure } from '../serving/account'
import { proceed } from '../serving/maybe'
import { faultWords, oneLine } from './fault-words'
import { readKeyWord } from './keys'
import { isTurnedOff } from './off'
import { CommandFault } from './reply'
import { placeOfCache } from './watches'

/** Runs commands, each by the rules of serving, and finishes them. */
export interface Executor {
  /** Never throws: what goes wrong is an answer. It is valid until the next call into the cache. */
  execute: (call: RedisCall) => Maybe<RedisAnswer>
  /** Notes a command that is refused before it runs. Returns the answer. */
  refuse: (call: RedisCall, fault: CommandFault) => ReplyError
}

interface ExecutorParts {
  serving: Pick<Serving, 'admit' | 'finish'>
  databases: Databases
  off: Pick<Off, 'answer'>
  turns: CacheTurns
  logger: Logger
  acting: Acting
  /** Notes what a connection reads that is told of changes. */
  remember: (call: RedisCall, cache: ReadableCache) => void
}

type ChangeHandler = (call: RedisCall, cache: ServedCache) => Maybe<RedisAnswer>

/** Whether the entries of a cache come from elsewhere, or are kept there. */
export function elsewhere({ source, backend }: ReadableCache['definition']): string | null {
  return backend?.connection ?? source?.connection ?? null
}

/** In the words of the specification of this face: clients show them to people. */
export function notHere(place: string): CommandFault {
  return new CommandFault(`ERR not available: this cache keeps its entries in ${place}`)
}

function needsTurn({ hasTurn }: RedisCall, { definition }: ReadableCache): boolean {
  return definition.format !== 'none' && !hasTurn
}

export function createExecutor({ serving, databases, off, turns, logger, acting, remember }: ExecutorParts): Executor {
  /** Runs what a command does, now that it may. */
  function perform(call: RedisCall): Maybe<void> {
    const { row: { action, spec, shown }, session } = call
    if (action.does === 'nothing') {
      if (spec.scope !== 'none' && call.principal !== null)
        requireScope(call.principal, spec.scope === 'read' ? 'read' : 'write')
      return keep(call, action.handle(call))
    }
    const key = spec.keys === undefined ? undefined : readKeyWord(call.words, spec.keys.first)
    call.key = key ?? null
    if (action.does === 'read')
      return read(call)
    if (spec.scope === 'both')
      requireRead(call, shown)
    const cache = databases.write(call, session.cache)
    return cache instanceof Promise
      ? cache.then(made => write(call, made))
      : write(call, cache)
  }

  function read(call: RedisCall): Maybe<void> {
    const { row: { action }, session, key } = call
    if (action.does !== 'read')
      return
    const cache = checked(call, databases.read(call, session.cache, key ?? undefined))
    if (needsTurn(call, cache))
      return inTurn(call, read)
    // Before it is read: an answer is valid until the next call into the cache.
    if (session.tracking !== null)
      remember(call, cache)
    return keep(call, action.handle(call, cache))
  }

  /** After a wait the cache is opened anew. */
  function inTurn(call: RedisCall, work: (call: RedisCall) => Maybe<void>): Maybe<void> {
    call.hasTurn = true
    return turns.run(placeOfCache({ space: call.space ?? '', name: call.session.cache }), () => work(call))
  }

  function write(call: RedisCall, cache: ServedCache): Maybe<void> {
    const { row: { action, needsRoom }, key, inTransaction } = call
    if (action.does !== 'write')
      return
    checked(call, cache)
    if (needsTurn(call, cache))
      return inTurn(call, perform)
    if (inTransaction || key === null || !needsRoom)
      return keep(call, change(call, action.handle, cache))
    const room = cache.roomFor(call.words.size, key, undefined, call)
    return room === undefined ? keep(call, change(call, action.handle, cache)) : later(call, room)
  }

  /** Whoever hears of the change can tell who makes it. */
  function change(call: RedisCall, handle: ChangeHandler, cache: ServedCache): Maybe<RedisAnswer> {
    acting.call = call
    try {
      return handle(call, cache)
    }
    finally {
      acting.call = null
    }
  }

  /** After a wait the cache is opened anew. */
  async function later(call: RedisCall, room: Promise<void>): Promise<void> {
    await room
    const { action } = call.row
    const cache = await databases.write(call, call.session.cache)
    if (action.does === 'write')
      await keep(call, change(call, action.handle, cache))
  }

  /** Throws CommandFault for what works only on entries that live here, as a transaction does. */
  function checked<C extends ReadableCache>({ row, inTransaction }: RedisCall, cache: C): C {
    const place = elsewhere(cache.definition)
    if (place !== null && (inTransaction || !row.spec.elsewhere))
      throw notHere(place)
    return cache
  }

  function keep(call: RedisCall, answer: Maybe<RedisAnswer>): Maybe<void> {
    if (answer instanceof Promise) {
      return answer.then((value) => {
        call.answer = value
      })
    }
    call.answer = answer
  }

  /** Finishes a call. What concerns no cache is only worth a line where it was refused. */
  function finish(call: RedisCall, status: number): void {
    if (call.operation === null && status < 400)
      return
    serving.finish(call, status, call.taken, call.given)
    for (const other of call.others ?? [])
      serving.finish(other, status, other.taken, other.given)
  }

  function done(call: RedisCall): RedisAnswer {
    finish(call, 200)
    return call.answer
  }

  function failed(call: RedisCall, thrown: unknown): Maybe<RedisAnswer> {
    if (thrown instanceof CommandFault)
      return refuse(call, thrown)
    const error = thrown instanceof LarderError ? thrown : toLarderError(thrown, logger, { command: call.method })
    if (isTurnedOff(error))
      return turnedAway(call, error)
    const words = faultWords(error)
    noteFailure(call, error)
    finish(call, error.status)
    return new ReplyError(words)
  }

  function turnedAway(call: RedisCall, error: LarderError): Maybe<RedisAnswer> {
    return proceed(call, off.answer(call, error), (done, answer) => {
      finish(done, error.status)
      return answer
    })
  }

  function refuse(call: RedisCall, fault: CommandFault): ReplyError {
    call.result = 'refused'
    call.reason = 'bad-request'
    call.detail = fault.logged
    finish(call, 400)
    return new ReplyError(oneLine(fault.message))
  }

  return {
    execute(call) {
      try {
        const run = call.operation === null ? perform(call) : serving.admit(call, perform)
        return run instanceof Promise ? run.then(() => done(call), error => failed(call, error)) : done(call)
      }
      catch (error) {
        return failed(call, error)
      }
    },
    refuse,
  }
}
