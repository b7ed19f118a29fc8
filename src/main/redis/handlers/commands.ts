import type { CommandRow, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { Buffer } from 'node:buffer'
import { AnswerMap, noArray, ReplySet } from '../reply'

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

  return {
    'command': (): RedisAnswer => whole().map(info),
    'command|count': (): RedisAnswer => whole().length,
    'command|list': (): RedisAnswer => whole().map(({ name }) => Buffer.from(name)),
    'command|info': (call: RedisCall): RedisAnswer => named(call).map(row => row === undefined ? noArray : info(row)),
    'command|docs': (call: RedisCall): RedisAnswer =>
      map(named(call).flatMap(row => row === undefined ? [] : docs(row))),
  }
}

function map(items: RedisAnswer[]): AnswerMap {
  return new AnswerMap(items)
}

function categories({ spec: { flags, group, scope, cacheless } }: CommandRow): string[] {
  const known = {
    string: '@string',
    hash: '@hash',
    set: '@set',
    transactions: '@transaction',
    connection: '@connection',
    generic: '@keyspace',
    pubsub: '@pubsub',
  }
  return [
    ...group in known ? [known[group as keyof typeof known]] : [],
    ...scope === 'none' || cacheless ? [] : scope === 'read' ? ['@read'] : ['@write'],
    flags.includes('fast') ? '@fast' : '@slow',
  ]
}
