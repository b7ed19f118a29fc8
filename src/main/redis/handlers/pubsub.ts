import type { Channels } from '../pushes/channels'
import type { ChannelKind } from '../pushes/kept'
import type { Monitors } from '../pushes/monitors'
import type { RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import { matchesGlob } from '../glob'
import { nameBytes } from '../pushes/channels'
import { CommandFault, faults, PushAnswer, Several } from '../reply'

interface PubSubParts { channels: Channels, monitors: Monitors }

/** Messages between the connections of one user. */
export function createPubSubHandlers({ channels, monitors }: PubSubParts) {
  /** Answers each name by itself, as clients wait for each. */
  function subscribe(kind: ChannelKind, word: string) {
    return (call: RedisCall): RedisAnswer => new Several(call.args.slice(1).map((name) => {
      channels.listen(call.session, spaceOf(call), kind, name.toString('latin1'))
      return told(call.session, kind, word, name)
    }))
  }

  function unsubscribe(kind: ChannelKind, word: string) {
    return ({ session, args }: RedisCall): RedisAnswer => {
      const names = args.length > 1 ? args.slice(1) : [...session.subscriptions?.[kind] ?? []].map(nameBytes)
      if (names.length === 0)
        return new Several([told(session, kind, word, null)])
      return new Several(names.map((name) => {
        channels.stop(session, kind, name.toString('latin1'))
        return told(session, kind, word, name)
      }))
    }
  }

  function publish(kind: 'channel' | 'shard') {
    return (call: RedisCall): RedisAnswer => channels.publish(spaceOf(call), kind, call.text(1), call.bytes(2))
  }

  function list(kind: 'channel' | 'shard') {
    return (call: RedisCall): RedisAnswer => {
      requireWords(call, 3)
      const pattern = call.args[2]?.toString('latin1')
      return [...channels.listeners(spaceOf(call), kind).keys()]
        .filter(name => pattern === undefined || matchesGlob(pattern, name))
        .map(nameBytes)
    }
  }

  function count(kind: 'channel' | 'shard') {
    return (call: RedisCall): RedisAnswer => call.args.slice(2).flatMap(name =>
      [name, channels.listeners(spaceOf(call), kind).get(name.toString('latin1'))?.size ?? 0])
  }

  return {
    'subscribe': subscribe('channel', 'subscribe'),
    'psubscribe': subscribe('pattern', 'psubscribe'),
    'ssubscribe': subscribe('shard', 'ssubscribe'),
    'unsubscribe': unsubscribe('channel', 'unsubscribe'),
    'punsubscribe': unsubscribe('pattern', 'punsubscribe'),
    'sunsubscribe': unsubscribe('shard', 'sunsubscribe'),
    'publish': publish('channel'),
    'spublish': publish('shard'),
    'pubsub|channels': list('channel'),
    'pubsub|shardchannels': list('shard'),
    'pubsub|numsub': count('channel'),
    'pubsub|shardnumsub': count('shard'),
    'pubsub|numpat': (call: RedisCall): RedisAnswer => channels.listeners(spaceOf(call), 'pattern').size,
    'monitor': function ({ session, inTransaction }: RedisCall): RedisAnswer {
      if (inTransaction)
        throw new CommandFault('ERR MONITOR isn\'t allowed for DENY BLOCKING client')
      monitors.add(session)
      return 'OK'
    },
  }
}

/** With how many the connection listens to now. */
function told({ subscriptions }: RedisSession, kind: ChannelKind, word: string, name: Buffer | null): PushAnswer {
  const { channel, pattern, shard } = subscriptions ?? none
  return new PushAnswer([nameBytes(word), name, kind === 'shard' ? shard.size : channel.size + pattern.size])
}

const none: Readonly<Record<ChannelKind, { size: number }>> = {
  channel: { size: 0 },
  pattern: { size: 0 },
  shard: { size: 0 },
}

function requireWords({ args }: RedisCall, most: number): void {
  if (args.length > most)
    throw faults.part('pubsub', args[1])
}

/** The scope was asked for, so there is somebody. */
function spaceOf({ principal }: RedisCall): string {
  return principal?.userId ?? ''
}
