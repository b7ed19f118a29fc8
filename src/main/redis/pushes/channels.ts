import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import type { Hearing } from './hearing'
import type { ChannelKind, Subscriptions } from './kept'
import { Buffer } from 'node:buffer'
import { matchesGlob } from '../glob'
import { CommandFault, PushAnswer } from '../reply'

type Listeners = Readonly<Record<ChannelKind, Map<string, Set<RedisSession>>>>

/** Who listens to which channels. Those of one user are unknown to all others. */
export interface Channels {
  /** Throws CommandFault if the connection listens to too many. */
  listen: (session: RedisSession, space: string, kind: ChannelKind, name: string) => void
  stop: (session: RedisSession, kind: ChannelKind, name: string) => void
  /** Stops all. */
  leave: (session: RedisSession) => void
  /** Returns how many got the message. */
  publish: (space: string, kind: 'channel' | 'shard', name: string, message: Buffer) => number
  /** Who listens, by names. */
  listeners: (space: string, kind: ChannelKind) => ReadonlyMap<string, ReadonlySet<RedisSession>>
}

/** Channels and patterns of one connection: each costs memory, and each pattern time. */
const subscriptionsMost = 10_000

const nobody: ReadonlyMap<string, ReadonlySet<RedisSession>> = new Map()

/** @param moved is called when a connection begins or ends to listen to something */
export function createChannels(hearing: Hearing, moved: (session: RedisSession, name: string) => void): Channels {
  const spaces = new Map<string, Listeners>()

  function subscriptionsOf(session: RedisSession, space: string): Subscriptions {
    // Who has authenticated as somebody else hears nothing of the one before.
    if (session.subscriptions !== null && session.subscriptions.space !== space)
      leave(session)
    session.subscriptions ??= { space, channel: new Set(), pattern: new Set(), shard: new Set() }
    return session.subscriptions
  }

  function stop(session: RedisSession, kind: ChannelKind, name: string): void {
    const { subscriptions } = session
    if (!subscriptions?.[kind].delete(name))
      return
    const { space } = subscriptions
    const listeners = spaces.get(space)
    const those = listeners?.[kind].get(name)
    those?.delete(session)
    if (those?.size === 0)
      listeners?.[kind].delete(name)
    if (listeners && listeners.channel.size + listeners.pattern.size + listeners.shard.size === 0)
      spaces.delete(space)
    if (countOf(subscriptions) === 0)
      session.subscriptions = null
    moved(session, name)
  }

  function leave(session: RedisSession): void {
    for (const kind of ['channel', 'pattern', 'shard'] as const) {
      for (const name of session.subscriptions?.[kind] ?? [])
        stop(session, kind, name)
    }
  }

  return {
    listen(session, space, kind, name) {
      const subscriptions = subscriptionsOf(session, space)
      if (subscriptions[kind].has(name))
        return
      if (countOf(subscriptions) >= subscriptionsMost)
        throw new CommandFault(`ERR a connection may listen to ${subscriptionsMost} channels and patterns`)
      subscriptions[kind].add(name)
      const listeners = spaces.get(space) ?? { channel: new Map(), pattern: new Map(), shard: new Map() }
      spaces.set(space, listeners)
      const those = listeners[kind].get(name) ?? new Set()
      listeners[kind].set(name, those.add(session))
      moved(session, name)
    },
    stop,
    leave,
    publish(space, kind, name, message) {
      const listeners = spaces.get(space)
      let count = 0
      const send = (those: Iterable<RedisSession>, answer: () => PushAnswer): void => {
        for (const session of those) {
          if (!hearing.isOf(session, space))
            continue
          session.push(answer())
          count++
        }
      }
      send(listeners?.[kind].get(name) ?? [], () => channelMessage(kind, name, message))
      for (const [pattern, those] of kind === 'channel' ? listeners?.pattern ?? [] : []) {
        if (matchesGlob(pattern, name))
          send(those, () => patternMessage(pattern, name, message))
      }
      return count
    },
    listeners: (space, kind) => spaces.get(space)?.[kind] ?? nobody,
  }
}

function countOf({ channel, pattern, shard }: Subscriptions): number {
  return channel.size + pattern.size + shard.size
}

/** Bytes as Redis writes names. */
export function nameBytes(name: string): Buffer {
  return Buffer.from(name, 'latin1')
}

/** What a listener gets. */
export function channelMessage(kind: 'channel' | 'shard', name: string, message: RedisAnswer): PushAnswer {
  return new PushAnswer([nameBytes(kind === 'shard' ? 'smessage' : 'message'), nameBytes(name), message])
}

/** What who listens to a pattern gets. */
export function patternMessage(pattern: string, name: string, message: RedisAnswer): PushAnswer {
  return new PushAnswer([...['pmessage', pattern, name].map(nameBytes), message])
}
