import type { Argument, Reply } from '../../base/resp'
import type { Wire, WireProtocol } from '../wire'
import { createReplyReader, encodeCommands, Push } from '../../base/resp'

/** A connection to Redis. */
export type RedisWire = Wire<readonly Argument[], Reply>

/** @param onPush takes what the server sends by itself, which it only does where it is asked to */
export function redisProtocol(onPush?: (push: Push) => void): WireProtocol<readonly Argument[], Reply> {
  return {
    name: 'Redis',
    encode: encodeCommands,
    createReader: (onReply, most) =>
      createReplyReader(reply => onPush && reply instanceof Push ? onPush(reply) : onReply(reply), most),
  }
}
