import type { RedisCommandSpec } from '@shared/redis/spec'
import { redisCommands, shownCommand } from '@shared/redis/commands'

interface Suggestion {
  /** The command, or what completes it. */
  text: string
  summary: string
}

/** What Larder knows of the command on a line. */
interface CommandHelp {
  /** Its words: `SET key argument …`. */
  usage: string
  summary: string
  /** Which scopes it needs, and where it works. */
  terms: string
  differs: string
}

const rows: ReadonlyMap<string, RedisCommandSpec> = new Map(Object.entries(redisCommands))
const scopes = { read: 'scope read', write: 'scope write', both: 'scopes read and write', none: 'no scope' } as const
/** Suggestions that are shown. */
const most = 8

/**
 * Commands, or parts of one, that begin as the line does; none once a command is whole.
 *
 * @param line what stands before the cursor
 */
export function suggestCommands(line: string): Suggestion[] {
  const words = line.trimStart().toLowerCase().split(/\s+/)
  const typed = words.join('|')
  if (typed === '' || words.length > 2)
    return []
  return [...rows]
    .filter(([name]) => name !== typed && name.startsWith(typed) && name.split('|').length === words.length)
    .slice(0, most)
    .map(([name, { summary }]) => ({ text: shownCommand(name), summary }))
}

/** Returns undefined for a line that begins with no command. */
export function helpFor(line: string): CommandHelp | undefined {
  const [first = '', second = ''] = line.trim().toLowerCase().split(/\s+/)
  const part = `${first}|${second}`
  const name = rows.has(part) ? part : first
  const spec = rows.get(name)
  if (spec === undefined)
    return undefined
  const { summary, scope, elsewhere, since, differs = '' } = spec
  const place = scope === 'none' ? [] : [elsewhere ? 'any cache' : 'a cache without source and backend']
  return {
    usage: usageOf(name, spec),
    summary,
    terms: [scopes[scope], ...place, `since Redis ${since}`].join(' · '),
    differs: differs.replaceAll('`', ''),
  }
}

function usageOf(name: string, { arity, keys }: RedisCommandSpec): string {
  const start = name.split('|').length
  const count = Math.abs(arity) - start
  const isKey = (at: number): boolean =>
    keys !== undefined && at >= keys.first && (keys.last < 0 || at <= keys.last) && (at - keys.first) % keys.step === 0
  const words = Array.from({ length: Math.max(0, count) }, (_, i) => isKey(start + i) ? 'key' : 'argument')
  return [shownCommand(name), ...words, ...arity < 0 ? ['…'] : []].join(' ')
}
