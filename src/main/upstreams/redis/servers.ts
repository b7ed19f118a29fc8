import type { Argument, Reply } from '../../base/resp'
import type { RedisWire } from './redis-wire'

/** What one server is asked by. */
type RedisSend = RedisWire['send']

/** The servers behind a connection as one. */
export interface RedisServers {
  /**
   * Asks whichever server has the key, with nothing of others in between. All of the commands are
   * about this key; several are one transaction.
   */
  send: (key: Uint8Array, commands: readonly (readonly Argument[])[], signal: AbortSignal) => Promise<Reply[]>
  /** Every server that has keys of its own. One may come again, where keys have moved meanwhile. */
  each: (signal: AbortSignal) => Iterable<RedisSend> | AsyncIterable<RedisSend>
}

/** A single server. */
export function aloneServer({ send }: Pick<RedisWire, 'send'>): RedisServers {
  return { send: (_, commands, signal) => send(commands, signal), each: () => [send] }
}
