import type { Clock } from '../../base/clock'
import type { Maybe } from '../../serving/maybe'
import type { CacheTurns } from '../cache-turns'
import type { Databases } from '../databases'
import type { Off } from '../off'
import type { CommandRow, ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { Queued } from '../session'
import type { SignOn } from '../sign-on'
import type { Watches } from '../watches'
import { Buffer } from 'node:buffer'
import { hasKeys } from '../command-keys'
import { readRedisKey } from '../keys'
import { CommandFault, InProtocol, noArray } from '../reply'
import { placeOfCache } from '../watches'
import { endWatch } from './connection'
import { after, allOf, peekHere } from './shared'

interface TransactionParts {
  clock: Clock
  databases: Databases
  watches: Watches
  turns: CacheTurns
  rowOf: (name: string) => CommandRow
  signOn: Pick<SignOn, 'principalOf'>
  off: Pick<Off, 'of'>
  /** Runs a command of a transaction, which may have the turn for it. */
  run: (call: RedisCall, queued: Queued, hasTurn: boolean) => Maybe<RedisAnswer>
}

/** Commands that may go on with another cache. */
const movers: ReadonlySet<string> = new Set(['select', 'auth', 'hello'])

/**
 * Several commands as one. The cache lives here, so all of them run before anybody else is served;
 * where it converts what is written, before anybody else of this protocol.
 */
export function createTransactionHandlers({
  clock,
  databases,
  watches,
  turns,
  rowOf,
  signOn,
  off,
  run,
}: TransactionParts) {
  function exec(call: RedisCall): Maybe<RedisAnswer> {
    const { session, principal } = call
    const { transaction } = session
    if (transaction === null)
      throw new CommandFault('ERR EXEC without MULTI')
    const { queue, failed } = transaction
    // A cache that has to be made for it may keep it waiting; what is watched may change meanwhile.
    const writes = queue.some(({ name }) => rowOf(name).action.does === 'write')
    const maker = writes && !failed && principal?.scopes.has('write') && off.of(session, principal) === null
      ? principal
      : null
    const made = maker === null ? undefined : databases.make(maker, session.cache)
    return after<void, RedisAnswer>(made, () => {
      // With the turns of two caches at once, two transactions could wait for each other for ever.
      if (!converts(call) || queue.some(({ name }) => movers.has(name)))
        return conclude(call, false)
      const place = placeOfCache({ space: principal?.userId ?? '', name: session.cache })
      return turns.run(place, () => conclude(call, true))
    })
  }

  /** Whether the cache in use converts what is written, and so answers later. */
  function converts({ session }: RedisCall): boolean {
    const principal = signOn.principalOf(session)
    return principal !== null && (databases.definition(principal, session.cache)?.format ?? 'none') !== 'none'
  }

  /** Runs what was queued, unless something is against it. */
  function conclude(call: RedisCall, hasTurn: boolean): Maybe<RedisAnswer> {
    const { session } = call
    const { transaction, watch } = session
    const isDirty = watch !== null && (watch.dirty || clock.wall() >= watch.end)
    endWatch(session, watches)
    session.transaction = null
    if (transaction === null || transaction.failed)
      throw new CommandFault('EXECABORT Transaction discarded because of previous errors.')
    if (isDirty)
      return noArray
    const { principal } = call
    // What waits for entries that come back would run after what stands behind it.
    if (principal !== null && transaction.queue.some(({ name }) => needsAll(rowOf(name))))
      databases.requireWhole(principal, session.cache)
    return runAll(call, transaction.queue, hasTurn)
  }

  /**
   * All begin now, and those that have to wait for the disk do so together. From the first one in a
   * cache that converts they run one after the other.
   */
  function runAll(call: RedisCall, queue: readonly Queued[], hasTurn: boolean): Maybe<RedisAnswer[]> {
    const answers: Maybe<RedisAnswer>[] = []
    for (const [index, queued] of queue.entries()) {
      if (converts(call))
        return inOrder(call, allOf(answers), queue.slice(index), hasTurn)
      // What a read has found is valid until the next one only.
      answers.push(after(run(call, queued, hasTurn), answer => own(call, answer)))
    }
    return allOf(answers)
  }

  async function inOrder(
    call: RedisCall,
    before: Maybe<RedisAnswer[]>,
    queue: readonly Queued[],
    hasTurn: boolean,
  ): Promise<RedisAnswer[]> {
    const answers = [...await before]
    for (const queued of queue)
      answers.push(own(call, await run(call, queued, hasTurn)))
    return answers
  }

  return {
    exec,
    multi({ session }: RedisCall): RedisAnswer {
      if (session.transaction !== null)
        throw new CommandFault('ERR MULTI calls can not be nested')
      session.transaction = { queue: [], bytes: 0, failed: false }
      return 'OK'
    },
    discard({ session }: RedisCall): RedisAnswer {
      if (session.transaction === null)
        throw new CommandFault('ERR DISCARD without MULTI')
      endWatch(session, watches)
      session.transaction = null
      return 'OK'
    },
    watch(call: RedisCall, cache: ReadableCache): RedisAnswer {
      const { session, principal } = call
      session.watch ??= { dirty: false, end: Infinity, bytes: 0, keys: new Map() }
      for (const bytes of call.args.slice(1)) {
        const key = readRedisKey(bytes)
        const place = placeOfCache({ space: principal?.userId ?? '', name: session.cache })
        const entry = peekHere(call, cache, key)
        const end = entry === undefined || entry.ttl === null ? Infinity : clock.wall() + entry.ttl * 1000
        session.watch.end = Math.min(session.watch.end, end)
        watches.add(session.watch, place, key, entry !== undefined)
      }
      return 'OK'
    },
    unwatch({ session }: RedisCall): RedisAnswer {
      endWatch(session, watches)
      return 'OK'
    },
  }
}

/** Whether a command concerns the entries of a whole cache. */
function needsAll({ operation, spec }: CommandRow): boolean {
  return operation !== null && !hasKeys(spec) && !spec.cacheless
}

/** HELLO may change the protocol for what comes behind it, and for nothing before. */
function own({ session }: RedisCall, answer: RedisAnswer): RedisAnswer {
  return new InProtocol(Buffer.isBuffer(answer) ? Buffer.copyBytesFrom(answer) : answer, session.protocol)
}
