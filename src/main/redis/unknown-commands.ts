import type { UnknownCommand } from '@shared/clients'
import type { Clock } from '../base/clock'
import { isoTime } from '@shared/moment'

/** Counts the commands that apps send and that there are not, for each user. */
interface UnknownCommands {
  note: (userId: string, command: string) => void
  /** The most frequent first. */
  of: (userId: string) => UnknownCommand[]
}

/** Commands that are told apart for one user. */
const commandsMost = 100

export function createUnknownCommands({ wall }: Pick<Clock, 'wall'>): UnknownCommands {
  const users = new Map<string, Map<string, { count: number, last: number }>>()
  return {
    note(userId, command) {
      const commands = users.get(userId) ?? new Map<string, { count: number, last: number }>()
      users.set(userId, commands)
      const counted = commands.get(command)
      if (counted !== undefined)
        Object.assign(counted, { count: counted.count + 1, last: wall() })
      else if (commands.size < commandsMost)
        commands.set(command, { count: 1, last: wall() })
    },
    of: userId => [...users.get(userId) ?? []]
      .sort(([, a], [, b]) => b.count - a.count || b.last - a.last)
      .map(([command, { count, last }]) => ({ command, count, last: isoTime(last) })),
  }
}
