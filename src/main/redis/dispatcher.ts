import type { Stopwatch } from '../base/clock'
import type { Maybe } from '../serving/maybe'
import type { CommandTable } from './command-table'
import type { CommandWords } from './command-words'
import type { Databases } from './databases'
import type { Executor } from './executor'
import type { Monitors } from './pushes/monitors'
import type { CommandRow } from './redis-call'
import type { RedisAnswer } from './reply'
import type { RedisSession } from './session'
import type { SignOn } from './sign-on'
import { createCommandIndex } from './command-index'
import { elsewhere, notHere } from './executor'
import { RedisCall } from './redis-call'
import { CommandFault, faults, printed } from './reply'

/** Finds the command that a client means, and runs it, queues it, or refuses it. */
export interface Dispatcher {
  /** Never throws. The answer is valid until the next call into the cache. */
  dispatch: (session: RedisSession, words: CommandWords, isOversized: boolean) => Maybe<RedisAnswer>
}

interface DispatcherParts {
  table: CommandTable
  executor: Executor
  signOn: SignOn
  databases: Databases
  stopwatch: Stopwatch
  valueLimit: () => number
  /** Told of a command that there is not, by its name. */
  noteUnknown: (userId: string, command: string) => void
  monitors: Pick<Monitors, 'any' | 'show'>
}

/** Commands that a connection may send while it listens, before RESP 3. */
const whileListening: ReadonlySet<string> = new Set([
  ...['subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe'],
  ...['ping', 'quit', 'reset'],
])
/** Commands that a transaction does not keep for later. */
const atOnce: ReadonlySet<string> = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset'])
/** Characters of what a client has sent that an error repeats. */
const repeated = 128
/** About what a word of a queued command takes besides its bytes. */
const queuedWord = 96

/** What the request log has of commands that there are not. */
const unknown: CommandRow = {
  name: '',
  shown: '?',
  spec: { arity: -1, flags: [], scope: 'none', since: '', group: '', summary: '' },
  operation: null,
  action: { does: 'nothing', handle: () => null },
  hasParts: false,
  isContainer: false,
  isOpen: false,
  needsRoom: false,
}

export function createDispatcher({
  table,
  executor,
  signOn,
  databases,
  stopwatch,
  valueLimit,
  noteUnknown,
  monitors,
}: DispatcherParts): Dispatcher {
  const index = createCommandIndex(table)

  function refuse(session: RedisSession, row: CommandRow, words: CommandWords, fault: CommandFault): RedisAnswer {
    if (session.transaction !== null)
      session.transaction.failed = true
    return executor.refuse(new RedisCall(session, signOn.principalOf(session), row, words, stopwatch.now()), fault)
  }

  function find(words: CommandWords): CommandRow | undefined {
    const row = index(words)
    if (row === undefined || words.length < 2 || !row.hasParts)
      return row
    return table.get(`${row.name}|${words.text(1).toLowerCase()}`) ?? row
  }

  /** What is wrong with a command before it is looked at what it does; undefined if nothing is. */
  function faultOf(
    row: CommandRow,
    session: RedisSession,
    words: CommandWords,
    isOversized: boolean,
  ): CommandFault | undefined {
    const { arity } = row.spec
    if (row.isContainer && words.length > 1)
      return unknownPart(row, words)
    if (arity < 0 ? words.length < -arity : words.length !== arity)
      return faults.arity(row.name)
    if (row.hasParts && words.length > 1)
      return unknownPart(row, words)
    if (isOversized)
      return faults.tooLarge(valueLimit())
    if (!row.isOpen && signOn.principalOf(session) === null)
      return new CommandFault('NOAUTH Authentication required.')
    if (session.subscriptions !== null && session.protocol === 2 && !whileListening.has(row.name)) {
      return new CommandFault(`ERR Can't execute '${row.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / `
        + 'RESET are allowed in this context')
    }
    return undefined
  }

  function queue(session: RedisSession, row: CommandRow, words: CommandWords): RedisAnswer {
    const principal = signOn.principalOf(session)
    const definition = principal === null ? undefined : databases.definition(principal, session.cache)
    const place = definition === undefined || row.operation === null ? null : elsewhere(definition)
    if (place !== null)
      return refuse(session, row, words, notHere(place))
    const { transaction } = session
    // What fails in the end is not kept.
    if (transaction?.failed === false) {
      transaction.queue.push({ name: row.name, words: words.owned() })
      transaction.bytes += words.size + (words.length + 1) * queuedWord
    }
    return 'QUEUED'
  }

  return {
    dispatch(session, words, isOversized) {
      const row = find(words)
      if (row === undefined) {
        const principal = signOn.principalOf(session)
        const shown = shownUnknown(words)
        if (principal !== null && shown !== unknown.shown)
          noteUnknown(principal.userId, shown)
        const fault = principal === null ? new CommandFault('NOAUTH Authentication required.') : unknownCommand(words)
        return refuse(session, { ...unknown, shown }, words, fault)
      }
      const fault = faultOf(row, session, words, isOversized)
      if (fault !== undefined)
        return refuse(session, row, words, fault)
      session.lastCommand = row.name
      session.commands += 1
      if (session.transaction !== null && !atOnce.has(row.name))
        return queue(session, row, words)
      if (session.transaction !== null && row.name === 'watch')
        return refuseAlone(session, row, words)
      session.lastUsed = stopwatch.now()
      const call = new RedisCall(session, signOn.principalOf(session), row, words, session.lastUsed)
      const answer = executor.execute(call)
      if (monitors.any)
        monitors.show(call)
      // CLIENT CACHING is about one command.
      if (session.tracking?.caching && session.transaction === null && !row.name.startsWith('client|'))
        session.tracking.caching = false
      return answer
    },
  }

  /** The transaction goes on. */
  function refuseAlone(session: RedisSession, row: CommandRow, words: CommandWords): RedisAnswer {
    const call = new RedisCall(session, signOn.principalOf(session), row, words, stopwatch.now())
    return executor.refuse(call, new CommandFault('ERR WATCH inside MULTI is not allowed'))
  }
}

/** What a client asks for that is no command may be anything, so only a name goes into the log. */
function shownUnknown(words: CommandWords): string {
  const name = words.text(0).slice(0, 32).toUpperCase()
  return /^[A-Z][A-Z.]{1,24}$/.test(name) ? name : '?'
}

function unknownCommand(words: CommandWords): CommandFault {
  const name = printed(words.bytes(0), repeated)
  let rest = ''
  for (const argument of words.all.slice(1)) {
    if (rest.length >= repeated)
      break
    rest += `'${printed(argument, repeated - rest.length)}' `
  }
  return new CommandFault(
    `ERR unknown command '${name}', with args beginning with: ${rest}`,
    'ERR unknown command',
  )
}

function unknownPart({ name }: CommandRow, words: CommandWords): CommandFault {
  const part = printed(words.bytes(1), repeated)
  return new CommandFault(`ERR unknown subcommand '${part}'. Try ${name.toUpperCase()} HELP.`, 'ERR unknown subcommand')
}
