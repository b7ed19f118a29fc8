import type { RedisCommandSpec } from './spec'
import { namesOf, rowOf } from '../rows'
import { connectionCommands } from './connection-commands'
import { keyCommands } from './key-commands'
import { serverCommands } from './server-commands'
import { stringCommands } from './string-commands'
import { transactionCommands } from './transaction-commands'

/**
 * Every command that Larder answers over the Redis protocol, by its name; the parts of a command
 * such as CLIENT as `client|id`.
 */
export const redisCommands = {
  ...connectionCommands,
  ...serverCommands,
  ...transactionCommands,
  ...stringCommands,
  ...keyCommands,
} as const satisfies Record<string, RedisCommandSpec>

export type RedisCommandName = keyof typeof redisCommands
export const redisCommandNames = namesOf(redisCommands)

/** Undefined if there is no such command. */
export function redisCommandOf(name: string): RedisCommandSpec | undefined {
  return rowOf(redisCommands, name)
}

/** The commands that the request log shows: those that concern entries. */
export const redisDataCommands = redisCommandNames.filter(name => redisCommands[name].scope !== 'none')

/** How the request log writes a command. */
export function shownCommand(name: string): string {
  return name.replace('|', ' ').toUpperCase()
}
