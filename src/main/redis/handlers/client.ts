import type { Stopwatch } from '../../base/clock'
import type { RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import { Buffer } from 'node:buffer'
import { defaultRedisUser, firstRedisDatabase } from '@shared/redis/users'
import { integerOf } from '../numbers'
import { CommandFault, faults, printed, Verbatim } from '../reply'
import { readName } from './connection'

interface ClientParts {
  stopwatch: Stopwatch
  own: (call: RedisCall) => readonly RedisSession[]
}

/**
 * The connections that a caller may know of: those with the same key. Who has shown none has the
 * anonymous one, with all others who have shown none.
 */
export function ownSessions(
  sessions: ReadonlyMap<number, RedisSession>,
  { session: { principal } }: Pick<RedisCall, 'session'>,
): RedisSession[] {
  return [...sessions.values()].filter(other => principal === null
    ? other.principal === null
    : other.principal?.userId === principal.userId
      && other.principal.kind === principal.kind && other.principal.keyId === principal.keyId)
}

/** What connections tell of themselves. Everybody sees those with the same key only. */
export function createClientHandlers({ stopwatch, own }: ClientParts) {
  function describe(session: RedisSession): string {
    const now = stopwatch.now()
    const seconds = (since: number): number => Math.floor((now - since) / 1000)
    const { id, address, localAddress, since, lastUsed, lastCommand, database, transaction, home, protocol } = session
    const { channel, pattern, shard } = session.subscriptions ?? { channel: none, pattern: none, shard: none }
    const facts = {
      id,
      'addr': address,
      'laddr': localAddress,
      'fd': 0,
      'name': session.name,
      'age': seconds(since),
      'idle': seconds(lastUsed),
      'flags': flagsOf(session),
      'db': database,
      'sub': channel.size,
      'psub': pattern.size,
      'ssub': shard.size,
      'multi': transaction?.queue.length ?? -1,
      'cmd': lastCommand,
      'user': home === firstRedisDatabase ? defaultRedisUser : home,
      'redir': session.tracking?.redirect ?? -1,
      'resp': protocol,
      'lib-name': session.library,
      'lib-ver': session.libraryVersion,
    }
    return Object.entries(facts).map(([fact, value]) => `${fact}=${value}`).join(' ')
  }

  function list(call: RedisCall): RedisAnswer {
    const shown = readListOptions(call)
    return new Verbatim(own(call).filter(shown).map(session => `${describe(session)}\n`).join(''))
  }

  function kill(call: RedisCall): RedisAnswer {
    const isOld = call.words.length === 3
    const { chosen, skipMe } = isOld ? byAddress(call.text(2)) : readKillOptions(call)
    const victims = own(call).filter(session => chosen(session) && !(skipMe && session.id === call.session.id))
    for (const victim of victims) {
      // The answer still has to go.
      if (victim.id === call.session.id)
        victim.closing = true
      else
        victim.close()
    }
    if (!isOld)
      return victims.length
    if (victims.length === 0)
      throw new CommandFault('ERR No such client')
    return 'OK'
  }

  return {
    'client|id': ({ session: { id } }: RedisCall): RedisAnswer => id,
    'client|setname': (call: RedisCall): RedisAnswer => {
      call.session.name = readName(call.bytes(2), 'Client names')
      return 'OK'
    },
    'client|getname': ({ session: { name } }: RedisCall): RedisAnswer => name === '' ? null : Buffer.from(name),
    'client|setinfo': setInfo,
    'client|info': ({ session }: RedisCall): RedisAnswer => new Verbatim(`${describe(session)}\n`),
    'client|list': list,
    'client|kill': kill,
    'client|no-evict': onOrOff,
    'client|no-touch': onOrOff,
    'client|reply': reply,
  }
}

const none = { size: 0 }

/** What CLIENT LIST says of a connection by single letters. */
function flagsOf({ subscriptions, tracking, transaction, isMonitor }: RedisSession): string {
  const letters = [
    isMonitor && 'O',
    subscriptions !== null && 'P',
    transaction !== null && 'x',
    tracking !== null && 't',
    tracking?.isBroken && 'R',
    tracking?.prefixes && 'B',
  ].filter(Boolean).join('')
  return letters || 'N'
}

function setInfo(call: RedisCall): RedisAnswer {
  const option = call.text(2).toLowerCase()
  if (option !== 'lib-name' && option !== 'lib-ver')
    throw new CommandFault(`ERR Unrecognized option '${printed(call.bytes(2))}'`, 'ERR Unrecognized option')
  call.session[option === 'lib-name' ? 'library' : 'libraryVersion'] = readName(call.bytes(3), option)
  return 'OK'
}

function onOrOff(call: RedisCall): RedisAnswer {
  const word = call.text(2).toUpperCase()
  if (word !== 'ON' && word !== 'OFF')
    throw faults.syntax()
  return 'OK'
}

/** Of these only ON is answered; SKIP leaves out the answer of the next command. */
function reply(call: RedisCall): RedisAnswer {
  const { session } = call
  if (session.replies === 'hung')
    return 'OK'
  switch (call.text(2).toUpperCase()) {
    case 'ON':
      session.replies = 'on'
      break
    case 'OFF':
      session.replies = 'off'
      break
    case 'SKIP':
      session.replies = session.replies === 'off' ? 'off' : 'skip'
      break
    default:
      throw faults.syntax()
  }
  return 'OK'
}

/** Throws CommandFault. */
function readListOptions(call: RedisCall): (session: RedisSession) => boolean {
  if (call.words.length === 2)
    return () => true
  const word = call.text(2).toUpperCase()
  if (word === 'ID' && call.words.length > 3) {
    const ids = call.args.slice(3).map(argument => integerOf(argument) ?? -1n)
    if (ids.some(id => id < 1n))
      throw new CommandFault('ERR Invalid client ID')
    return ({ id }) => ids.includes(BigInt(id))
  }
  if (word !== 'TYPE' || call.words.length !== 4)
    throw faults.syntax()
  return ofType(call.text(3))
}

const otherTypes: ReadonlySet<string> = new Set(['master', 'replica', 'slave'])

function ofType(text: string): (session: RedisSession) => boolean {
  const type = text.toLowerCase()
  if (type !== 'normal' && type !== 'pubsub' && !otherTypes.has(type))
    throw new CommandFault(`ERR Unknown client type '${text.split('\0', 1)[0]}'`, 'ERR Unknown client type')
  return ({ subscriptions }) => type === (subscriptions === null ? 'normal' : 'pubsub')
}

interface Kill { chosen: (session: RedisSession) => boolean, skipMe: boolean }

function byAddress(address: string): Kill {
  return { chosen: session => session.address === address, skipMe: false }
}

/** Throws CommandFault. */
function readKillOptions(call: RedisCall): Kill {
  if (call.words.length % 2 !== 0)
    throw faults.syntax()
  const tests: ((session: RedisSession) => boolean)[] = []
  let skipMe = true
  for (let at = 2; at < call.words.length; at += 2) {
    const value = call.text(at + 1)
    switch (call.text(at).toUpperCase()) {
      case 'ID': {
        const id = integerOf(call.bytes(at + 1)) ?? 0n
        if (id < 1n)
          throw new CommandFault('ERR client-id should be greater than 0')
        tests.push(session => BigInt(session.id) === id)
        break
      }
      case 'ADDR':
        tests.push(session => session.address === value)
        break
      case 'LADDR':
        tests.push(session => session.localAddress === value)
        break
      case 'USER':
        tests.push(({ home }) => home === value || (value === defaultRedisUser && home === firstRedisDatabase))
        break
      case 'TYPE':
        tests.push(ofType(value))
        break
      case 'SKIPME': {
        const word = value.toLowerCase()
        if (word !== 'yes' && word !== 'no')
          throw faults.syntax()
        skipMe = word === 'yes'
        break
      }
      default:
        throw faults.syntax()
    }
  }
  return { chosen: session => tests.every(test => test(session)), skipMe }
}
