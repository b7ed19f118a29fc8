import type { RedisCommandSpec } from './spec'
import { namesOf } from '../rows'
import { redisConnectionCommands } from './connection-commands'
import { redisHashCommands } from './hash-commands'
import { redisKeyCommands } from './key-commands'
import { redisPubSubCommands } from './pubsub-commands'
import { redisServerCommands } from './server-commands'
import { redisSetCommands } from './set-commands'
import { redisStringCommands } from './string-commands'
import { redisTransactionCommands } from './transaction-commands'

/**
 * Every command that Larder answers over the Redis protocol, by its name; the parts of a command
 * such as CLIENT as `client|id`.
 */
export const redisCommands = {
  ...redisConnectionCommands,
  ...redisServerCommands,
  ...redisPubSubCommands,
  ...redisTransactionCommands,
  ...redisStringCommands,
  ...redisKeyCommands,
  ...redisHashCommands,
  ...redisSetCommands,
} as const satisfies Record<string, RedisCommandSpec>

export type RedisCommandName = keyof typeof redisCommands
export const redisCommandNames = namesOf(redisCommands)

/** The commands that the request log shows: those that concern entries. */
export const redisDataCommands = redisCommandNames.filter((name) => {
  const { scope, cacheless }: RedisCommandSpec = redisCommands[name]
  return scope !== 'none' && !cacheless
})

/** How the request log writes a command. */
export function shownCommand(name: string): string {
  return name.replace('|', ' ').toUpperCase()
}
