import type { LoggedCommand, RedisReplies, RedisReply, RedisRun } from '@shared/redis/run'
import type { Clock } from '../base/clock'
import type { CallContext } from '../base/operation-handlers'
import type { Maybe } from '../serving/maybe'
import type { Call } from '../serving/ports'
import type { Databases } from './databases'
import type { Dispatcher } from './dispatcher'
import type { RedisAnswer } from './reply'
import type { RedisSession } from './session'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { spellKey } from '@shared/key-spelling'
import { longestReply, mostLogged } from '@shared/redis/run'
import { ReplyError } from '../base/resp'
import { CommandWords } from './command-words'
import { splitInline } from './inline'
import { RedisCall } from './redis-call'
import { createReplyWriter } from './reply-writer'
import { mayUse } from './sign-on'

/**
 * Runs lines that a person has typed, as one connection of the caller. Rejects with LarderError
 * `key-missing`, `out-of-scope`, `cache-not-found`; what goes wrong with a command is its reply.
 */
export type RunLines = (run: RedisRun, context: CallContext) => Promise<RedisReplies>

interface LineRunnerParts {
  /** Runs commands, and tells of each call once it is finished. */
  dispatcherFor: (finished: (call: Call) => void) => Dispatcher
  databases: Pick<Databases, 'definition' | 'isNumbered'>
  valueLimit: () => number
  clock: Pick<Clock, 'wall'>
  /** Makes a session that no socket belongs to. */
  open: () => RedisSession
  close: (session: RedisSession) => void
}

/** Commands after which replies come without being asked for, or none come. */
const needConnection: ReadonlySet<string> = new Set([
  'monitor',
  'subscribe',
  'psubscribe',
  'ssubscribe',
  'unsubscribe',
  'punsubscribe',
  'sunsubscribe',
  'client tracking',
  'client reply',
])

export function createLineRunner({
  dispatcherFor,
  databases,
  valueLimit,
  clock,
  open,
  close,
}: LineRunnerParts): RunLines {
  /** What is logged of the command that runs in a session. */
  const logged = new Map<RedisSession, LoggedCommand[]>()
  const dispatcher = dispatcherFor((call) => {
    if (!(call instanceof RedisCall))
      return
    const { method, cache, key, result, reason } = call
    logged.get(call.session)?.push({ method, cache, key, result, reason })
  })

  function check({ cache }: RedisRun, { principal }: CallContext): void {
    if (principal === null)
      throw new LarderError('key-missing', 'This operation needs a credential.')
    if (!mayUse(principal, cache))
      throw new LarderError('out-of-scope', `This key may not use the cache ${spellKey(cache, 64)}.`)
    if (databases.definition(principal, cache) === undefined && !databases.isNumbered(cache))
      throw new LarderError('cache-not-found', `Cache ${spellKey(cache, 64)} not found.`)
  }

  async function runLine(session: RedisSession, line: string): Promise<RedisReply> {
    const notes: LoggedCommand[] = []
    logged.set(session, notes)
    const writer = createReplyWriter()
    const answer = answerOf(session, line)
    // What was answered at once is valid until the next call, which might come while this waits.
    writer.write(answer instanceof Promise ? await answer : answer, session.protocol)
    const reply = Buffer.concat(writer.take().map(piece => Buffer.from(piece as string, 'latin1')))
    return {
      line,
      reply: reply.toString('base64', 0, longestReply),
      bytes: reply.length,
      logged: notes.slice(0, mostLogged),
    }
  }

  function answerOf(session: RedisSession, line: string): Maybe<RedisAnswer> {
    const words = splitInline(Buffer.from(line).toString('latin1'))
    if (words === undefined)
      return new ReplyError('ERR unbalanced quotes: a quote ends where a space or the line\'s end follows')
    const [first, second = ''] = words.slice(0, 2).map(word => word.toString('latin1').toLowerCase())
    if (first === undefined)
      return new ReplyError('ERR empty command')
    const name = [first, `${first} ${second}`].find(text => needConnection.has(text))
    return name === undefined
      ? dispatcher.dispatch(session, CommandWords.of(words), words.some(({ length }) => length > valueLimit()))
      : new ReplyError(`ERR ${name.toUpperCase()} needs a connection that stays open: use redis-cli, or your app`)
  }

  return async (run, context) => {
    check(run, context)
    const session = open()
    const { cache, protocol } = run
    Object.assign(session, { principal: context.principal, home: cache, cache, protocol })
    const at = new Date(clock.wall()).toISOString()
    const replies: RedisReply[] = []
    try {
      for (const line of run.lines) {
        if (session.closing || context.left?.aborted)
          break
        replies.push(await runLine(session, line))
      }
      return { at, replies }
    }
    finally {
      logged.delete(session)
      close(session)
    }
  }
}
