import type { RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import type { SignOn } from '../sign-on'
import type { Watches } from '../watches'
import { Buffer } from 'node:buffer'
import { defaultRedisUser } from '@shared/redis/users'
import { databaseName } from '../databases'
import { integerOf, readWhole } from '../numbers'
import { AnswerMap, CommandFault, faults, printed } from '../reply'
import { databases, fresh } from '../session'
import { mayUse } from '../sign-on'
import { redisVersion } from './about'

interface ConnectionParts {
  signOn: SignOn
  /** Ends all that a connection has under way. */
  leave: (session: RedisSession) => void
}

const noAuth = 'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH '
  + '<user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time'

/** The handshake. */
export function createHandshakeHandlers({ signOn, leave }: ConnectionParts) {
  function hello(call: RedisCall): RedisAnswer {
    const { session, args } = call
    const wish = args.length > 1 ? readHello(call) : null
    if (wish?.auth)
      signOn.signOn(session, ...wish.auth)
    if (signOn.principalOf(session) === null)
      throw new CommandFault(noAuth)
    if (wish !== null) {
      session.protocol = wish.protocol
      session.name = wish.name ?? session.name
    }
    return new AnswerMap([
      ...['server', 'redis', 'version', redisVersion].map(text => Buffer.from(text)),
      ...[Buffer.from('proto'), session.protocol, Buffer.from('id'), session.id],
      ...['mode', 'standalone', 'role', 'master', 'modules'].map(text => Buffer.from(text)),
      [],
    ])
  }

  function select({ session, args: [, number = Buffer.alloc(0)] }: RedisCall): RedisAnswer {
    const database = Number(readWhole(number))
    if (database < 0 || database >= databases)
      throw faults.database()
    const cache = database === 0 ? session.home : databaseName(database)
    const principal = signOn.principalOf(session)
    if (principal !== null && !mayUse(principal, cache))
      throw new CommandFault(`NOPERM This key may not use the cache ${cache}`)
    session.cache = cache
    session.database = database
    return 'OK'
  }

  return {
    hello,
    select,
    auth({ session, args }: RedisCall): RedisAnswer {
      if (args.length > 3)
        throw faults.syntax()
      const [, first = Buffer.alloc(0), second] = args
      if (second === undefined)
        signOn.signOn(session, Buffer.from(defaultRedisUser), first)
      else
        signOn.signOn(session, first, second)
      return 'OK'
    },
    ping({ args, session: { subscriptions, protocol } }: RedisCall): RedisAnswer {
      if (args.length > 2)
        throw faults.arity('ping')
      // Among messages it is one.
      if (subscriptions !== null && protocol === 2)
        return [Buffer.from('pong'), args[1] ?? Buffer.alloc(0)]
      return args[1] ?? 'PONG'
    },
    echo: (call: RedisCall): RedisAnswer => call.bytes(1),
    quit({ session }: RedisCall): RedisAnswer {
      session.closing = true
      return 'OK'
    },
    reset({ session }: RedisCall): RedisAnswer {
      leave(session)
      // The library stays what it is, and so does a connection that gets no answers.
      const { library, libraryVersion, replies } = session
      Object.assign(session, fresh(), { library, libraryVersion }, replies === 'hung' && { replies })
      return 'RESET'
    },
  }
}

/** Watches nothing any more. */
export function endWatch(session: RedisSession, watches: Watches): void {
  if (session.watch !== null)
    watches.end(session.watch)
  session.watch = null
}

/** Bytes of a name in the list of connections. */
const nameMost = 1024

/** A name that may stand in the list of connections. Throws CommandFault. */
export function readName(bytes: Buffer, what: string): string {
  if (bytes.length > nameMost)
    throw new CommandFault(`ERR ${what} can have ${nameMost} bytes at most`)
  const name = bytes.toString('latin1')
  if (!/^[\x21-\x7E]*$/.test(name))
    throw new CommandFault(`ERR ${what} cannot contain spaces, newlines or special characters.`)
  return name
}

interface Hello { protocol: 2 | 3, auth: [Buffer, Buffer] | null, name: string | null }

/** Throws CommandFault. */
function readHello(call: RedisCall): Hello {
  const version = integerOf(call.bytes(1))
  if (version === undefined)
    throw new CommandFault('ERR Protocol version is not an integer or out of range')
  if (version !== 2n && version !== 3n)
    throw new CommandFault('NOPROTO unsupported protocol version')
  const hello: Hello = { protocol: version === 3n ? 3 : 2, auth: null, name: null }
  for (let at = 2; at < call.words.length; at++) {
    const word = call.text(at).toUpperCase()
    if (word === 'AUTH' && at + 2 < call.words.length) {
      hello.auth = [call.bytes(at + 1), call.bytes(at + 2)]
      at += 2
    }
    else if (word === 'SETNAME' && at + 1 < call.words.length) {
      hello.name = readName(call.bytes(++at), 'Client names')
    }
    else {
      throw new CommandFault(
        `ERR Syntax error in HELLO option '${printed(call.bytes(at))}'`,
        'ERR Syntax error in HELLO option',
      )
    }
  }
  return hello
}
