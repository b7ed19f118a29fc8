import type { Buffer } from 'node:buffer'
import type { Stopwatch } from '../base/clock'
import type { Maybe } from '../serving/maybe'
import type { CommandTable } from './command-table'
import type { Databases } from './databases'
import type { Executor } from './executor'
import type { CommandRow } from './redis-call'
import type { RedisAnswer } from './reply'
import type { RedisSession } from './session'
import type { SignOn } from './sign-on'
import { containers } from './command-table'
import { elsewhere, notHere } from './executor'
import { RedisCall } from './redis-call'
import { CommandFault, faults, printed } from './reply'

/** Finds the command that a client means, and runs it, queues it, or refuses it. */
export interface Dispatcher {
  /** Never throws. The answer is valid until the next call into the cache. */
  dispatch: (session: RedisSession, args: readonly Buffer[], isOversized: boolean) => Maybe<RedisAnswer>
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
}

/** Commands that a transaction does not keep for later. */
const atOnce: ReadonlySet<string> = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset'])
const withParts: ReadonlySet<string> = new Set(containers)
/** Characters of what a client has sent that an error repeats. */
const repeated = 128

/** What the request log has of commands that there are not. */
const unknown: CommandRow = {
  name: '',
  shown: '?',
  spec: { arity: -1, flags: [], scope: 'none', since: '', group: '', summary: '' },
  operation: null,
  action: { does: 'nothing', handle: () => null },
}

export function createDispatcher({
  table,
  executor,
  signOn,
  databases,
  stopwatch,
  valueLimit,
  noteUnknown,
}: DispatcherParts): Dispatcher {
  function refuse(session: RedisSession, row: CommandRow, args: readonly Buffer[], fault: CommandFault): RedisAnswer {
    if (session.transaction !== null)
      session.transaction.failed = true
    return executor.refuse(new RedisCall(session, signOn.principalOf(session), row, args, stopwatch.now()), fault)
  }

  function find(args: readonly Buffer[]): CommandRow | undefined {
    const word = args[0]?.toString('latin1') ?? ''
    const row = table.get(word) ?? table.get(word.toLowerCase())
    const part = args[1]
    if (row === undefined || part === undefined || row.name.includes('|'))
      return row?.name.includes('|') ? undefined : row
    return table.get(`${row.name}|${part.toString('latin1').toLowerCase()}`) ?? row
  }

  /** What is wrong with a command before it is looked at what it does; undefined if nothing is. */
  function faultOf(
    row: CommandRow,
    session: RedisSession,
    args: readonly Buffer[],
    isOversized: boolean,
  ): CommandFault | undefined {
    const { arity, flags } = row.spec
    if (withParts.has(row.name) && args.length > 1)
      return unknownPart(row, args)
    if (arity < 0 ? args.length < -arity : args.length !== arity)
      return faults.arity(row.name)
    if (row.name === 'command' && args.length > 1)
      return unknownPart(row, args)
    if (isOversized)
      return new CommandFault(`ERR the value is too large: a value may have ${valueLimit()} bytes`)
    if (!flags.includes('no_auth') && signOn.principalOf(session) === null)
      return new CommandFault('NOAUTH Authentication required.')
    return undefined
  }

  function queue(session: RedisSession, row: CommandRow, args: readonly Buffer[]): RedisAnswer {
    const principal = signOn.principalOf(session)
    const definition = principal === null ? undefined : databases.definition(principal, session.cache)
    const place = definition === undefined || row.operation === null ? null : elsewhere(definition)
    if (place !== null)
      return refuse(session, row, args, notHere(place))
    session.transaction?.queue.push({ name: row.name, args })
    return 'QUEUED'
  }

  return {
    dispatch(session, args, isOversized) {
      const row = find(args)
      if (row === undefined) {
        const principal = signOn.principalOf(session)
        const shown = shownUnknown(args)
        if (principal !== null && shown !== unknown.shown)
          noteUnknown(principal.userId, shown)
        const fault = principal === null ? new CommandFault('NOAUTH Authentication required.') : unknownCommand(args)
        return refuse(session, { ...unknown, shown }, args, fault)
      }
      const fault = faultOf(row, session, args, isOversized)
      if (fault !== undefined)
        return refuse(session, row, args, fault)
      session.lastCommand = row.name
      session.commands += 1
      if (session.transaction !== null && !atOnce.has(row.name))
        return queue(session, row, args)
      if (session.transaction !== null && row.name === 'watch')
        return refuseAlone(session, row, args)
      session.lastUsed = stopwatch.now()
      return executor.execute(new RedisCall(session, signOn.principalOf(session), row, args, session.lastUsed))
    },
  }

  /** The transaction goes on. */
  function refuseAlone(session: RedisSession, row: CommandRow, args: readonly Buffer[]): RedisAnswer {
    const call = new RedisCall(session, signOn.principalOf(session), row, args, stopwatch.now())
    return executor.refuse(call, new CommandFault('ERR WATCH inside MULTI is not allowed'))
  }
}

/** What a client asks for that is no command may be anything, so only a name goes into the log. */
function shownUnknown([word]: readonly Buffer[]): string {
  const name = word?.toString('latin1', 0, 32).toUpperCase() ?? ''
  return /^[A-Z][A-Z.]{1,24}$/.test(name) ? name : '?'
}

function unknownCommand(args: readonly Buffer[]): CommandFault {
  const name = printed(args[0], repeated)
  let rest = ''
  for (const argument of args.slice(1)) {
    if (rest.length >= repeated)
      break
    rest += `'${printed(argument, repeated - rest.length)}' `
  }
  return new CommandFault(
    `ERR unknown command '${name}', with args beginning with: ${rest}`,
    'ERR unknown command',
  )
}

function unknownPart({ name }: CommandRow, args: readonly Buffer[]): CommandFault {
  const part = printed(args[1], repeated)
  return new CommandFault(`ERR unknown subcommand '${part}'. Try ${name.toUpperCase()} HELP.`, 'ERR unknown subcommand')
}
