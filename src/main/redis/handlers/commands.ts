import type { CommandRow, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { Buffer } from 'node:buffer'
import { rowOf } from '@shared/rows'
import { hasKeys, keysOfCommand } from '../command-keys'
import { matchesGlob } from '../glob'
import { AnswerMap, CommandFault, faults, noArray, ReplySet } from '../reply'

/** What the server tells of its commands, out of their table. */
export function createCommandHandlers(rows: () => readonly CommandRow[]) {
  const whole = (): readonly CommandRow[] => rows().filter(({ name }) => !name.includes('|'))
  const parts = ({ name }: CommandRow): readonly CommandRow[] => rows().filter(row => row.name.startsWith(`${name}|`))

  function info(row: CommandRow): RedisAnswer[] {
    const { arity, flags, keys } = row.spec
    const { first = 0, last = 0, step = 0 } = keys ?? {}
    return [
      Buffer.from(row.name),
      arity,
      new ReplySet([...flags]),
      first,
      last,
      step,
      new ReplySet(categories(row)),
      new ReplySet([]),
      new ReplySet([]),
      parts(row).map(info),
    ]
  }

  function docs(row: CommandRow): RedisAnswer[] {
    const { summary, since, group } = row.spec
    const inner = parts(row)
    const facts: RedisAnswer[] = ['summary', summary, 'since', since, 'group', group].map(text => Buffer.from(text))
    if (inner.length > 0)
      facts.push(Buffer.from('subcommands'), map(inner.flatMap(docs)))
    return [Buffer.from(row.name), map(facts)]
  }

  function named(call: RedisCall): (CommandRow | undefined)[] {
    const names = call.args.slice(2).map(argument => argument.toString('latin1').toLowerCase())
    return names.length === 0 ? [...whole()] : names.map(name => rows().find(row => row.name === name))
  }

  /** All of them with their parts, or those that a filter chooses. Throws CommandFault. */
  function list({ args }: RedisCall): RedisAnswer {
    const [by, kind, word = ''] = args.slice(2).map(argument => argument.toString('latin1').toLowerCase())
    const filter = rowOf(filters, kind ?? null)
    if (args.length > 2 && (args.length !== 5 || by !== 'filterby' || filter === undefined))
      throw faults.syntax()
    return rows().filter(row => filter?.(row, word) ?? true).map(({ name }) => Buffer.from(name))
  }

  /** Throws CommandFault, as Redis says it. */
  function keysOf({ args }: RedisCall): RedisAnswer {
    const words = args.slice(2)
    const [name = '', part = ''] = words.map(word => word.toString('latin1').toLowerCase())
    const row = rows().find(each => each.name === `${name}|${part}`) ?? rows().find(each => each.name === name)
    if (row === undefined)
      throw new CommandFault('ERR Invalid command specified')
    const { spec } = row
    if (!hasKeys(spec))
      throw new CommandFault('ERR The command has no key arguments')
    if (spec.arity < 0 ? words.length < -spec.arity : words.length !== spec.arity)
      throw new CommandFault('ERR Invalid number of arguments specified for command')
    const keys = keysOfCommand(spec, words)
    if (keys === undefined)
      throw new CommandFault('ERR Invalid arguments specified for command')
    return keys
  }

  return {
    'command': (): RedisAnswer => whole().map(info),
    'command|count': (): RedisAnswer => whole().length,
    'command|list': list,
    'command|getkeys': keysOf,
    'command|info': (call: RedisCall): RedisAnswer => named(call).map(row => row === undefined ? noArray : info(row)),
    'command|docs': (call: RedisCall): RedisAnswer =>
      map(named(call).flatMap(row => row === undefined ? [] : docs(row))),
  }
}

/** Answers the part HELP of any command, in the form of Redis. */
export function createHelp(rows: () => readonly CommandRow[]): (call: RedisCall) => RedisAnswer {
  return ({ row: { name } }) => {
    const start = name.slice(0, name.indexOf('|') + 1)
    const told = rows().filter(row => row.name.startsWith(start)).flatMap(row =>
      [row.name.slice(start.length).toUpperCase(), `    ${row.spec.summary.replaceAll('`', '')}`])
    return [`${start.slice(0, -1).toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...told]
  }
}

/** By which COMMAND LIST chooses. There are no modules. */
const filters: Readonly<Record<string, (row: CommandRow, word: string) => boolean>> = {
  module: () => false,
  aclcat: (row, word) => categories(row).includes(`@${word}`),
  pattern: ({ name }, word) => matchesGlob(word, name),
}

function map(items: RedisAnswer[]): AnswerMap {
  return new AnswerMap(items)
}

/** Categories by the group of a command, and of those that are told otherwise than their group. */
const byGroup: Partial<Record<string, readonly string[]>> = {
  string: ['@string'],
  hash: ['@hash'],
  set: ['@set'],
  transactions: ['@transaction'],
  connection: ['@connection'],
  generic: ['@keyspace'],
  pubsub: ['@pubsub'],
}
const byName: Partial<Record<string, readonly string[]>> = {
  'client': [],
  'command': ['@connection'],
  'command|count': ['@connection'],
  'command|docs': ['@connection'],
  'command|getkeys': ['@connection'],
  'command|help': ['@connection'],
  'command|info': ['@connection'],
  'command|list': ['@connection'],
  'dbsize': ['@keyspace'],
  'flushall': ['@keyspace', '@dangerous'],
  'flushdb': ['@keyspace', '@dangerous'],
  'info': ['@dangerous'],
  'keys': ['@keyspace', '@dangerous'],
  'object': [],
  'pubsub': [],
  'pubsub|help': [],
  'wait': ['@connection'],
}
function categories({ name, spec: { flags, group } }: CommandRow): string[] {
  return [
    ...byName[name] ?? byGroup[group] ?? [],
    ...flags.includes('readonly') ? ['@read'] : [],
    ...flags.includes('write') ? ['@write'] : [],
    ...flags.includes('admin') ? ['@admin', '@dangerous'] : [],
    flags.includes('fast') ? '@fast' : '@slow',
  ]
}
