import type { ServedCaches } from '../../serving/caches'
import type { EngineEvent } from '../../serving/ports'
import type { RedisCall } from '../redis-call'
import type { RedisSession } from '../session'
import type { Acting } from './acting'
import type { Hearing } from './hearing'
import { rowOf } from '@shared/rows'
import { timeForms } from '../expiry'
import { matchesGlob } from '../glob'
import { writeRedisKey } from '../keys'
import { channelMessage, nameBytes, patternMessage } from './channels'
import { createEar } from './ear'

/** Keyspace notifications: messages about changes of entries, for who listens to their channels. */
interface KeyNotices {
  /** A connection has begun, or ended, to listen to a channel or pattern. */
  moved: (session: RedisSession, name: string) => void
}

interface NoticesParts {
  caches: Pick<ServedCaches, 'subscribe'>
  hearing: Hearing
  acting: Acting
}

/** What all their channels begin with. A pattern such as `*` asks for the messages of apps. */
const beginning = '__key'

export function createKeyNotices({ caches, hearing, acting }: NoticesParts): KeyNotices {
  const listeners = new Set<RedisSession>()
  const listen = createEar(caches, tell)

  function tell(event: EngineEvent): void {
    // What is held here of a cache that is kept elsewhere comes and goes without a change there.
    if (event.type === 'flushed' || event.type === 'closed' || event.cache.backend !== null)
      return
    const changes = changesOf(event, acting.call)
    for (const session of listeners) {
      const number = hearing.numberOf(session, event.cache)
      if (number === undefined || session.subscriptions?.space !== event.cache.space)
        continue
      for (const { name, key } of changes) {
        send(session, `__keyspace@${number}__:${key.toString('latin1')}`, nameBytes(name))
        send(session, `__keyevent@${number}__:${name}`, key)
      }
    }
  }

  function send(session: RedisSession, channel: string, message: Buffer): void {
    if (session.subscriptions?.channel.has(channel))
      session.push(channelMessage('channel', channel, message))
    for (const pattern of session.subscriptions?.pattern ?? []) {
      if (pattern.startsWith(beginning) && matchesGlob(pattern, channel))
        session.push(patternMessage(pattern, channel, message))
    }
  }

  return {
    moved(session, name) {
      if (!name.startsWith(beginning))
        return
      const { channel = [], pattern = [] } = session.subscriptions ?? {}
      const isListener = [...channel, ...pattern].some(other => other.startsWith(beginning))
      listeners[isListener ? 'add' : 'delete'](session)
      listen(listeners.size > 0)
    },
  }
}

/** The names that Redis gives to what these commands store; others give it their own. */
const stored: Readonly<Record<string, string>> = {
  setex: 'set',
  psetex: 'set',
  setnx: 'set',
  getset: 'set',
  mset: 'set',
  msetnx: 'set',
  incr: 'incrby',
  decr: 'incrby',
  decrby: 'incrby',
  copy: 'copy_to',
  hmset: 'hset',
  hsetnx: 'hset',
}

interface Change { name: string, key: Buffer }

function changesOf(event: Extract<EngineEvent, { key: string }>, call: RedisCall | null): Change[] {
  const key = writeRedisKey(event.key)
  const command = call?.row.name ?? 'set'
  const isRename = command === 'rename' || command === 'renamenx'
  const named = (...names: string[]): Change[] => names.map(name => ({ name, key }))
  switch (event.type) {
    case 'set':
      // The key before is told first, as Redis does, although it goes last.
      if (call !== null && isRename)
        return [{ name: 'rename_from', key: call.bytes(1) }, ...named('rename_to')]
      return call !== null && hasTtl(call) ? named('set', 'expire') : named(rowOf(stored, command) ?? command)
    case 'touched':
      return named(command === 'persist' || (command === 'getex' && isPersisted(call)) ? 'persist' : 'expire')
    case 'removed': {
      if (event.reason === 'expired' || event.reason === 'evicted')
        return named(event.reason)
      return isRename ? [] : named('del')
    }
  }
}

function isPersisted(call: RedisCall | null): boolean {
  return call?.text(2).toUpperCase() === 'PERSIST'
}

function hasTtl({ row: { name }, args }: RedisCall): boolean {
  return name === 'setex' || name === 'psetex'
    || (name === 'set' && args.slice(3).some(word => rowOf(timeForms, word.toString('latin1').toUpperCase())))
}
