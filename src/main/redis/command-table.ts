import type { RedisCommandName } from '@shared/redis/commands'
import type { RedisCommandSpec } from '@shared/redis/spec'
import type { Clock, Stopwatch } from '../base/clock'
import type { Maybe } from '../serving/maybe'
import type { ServedCache } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { CacheTurns } from './cache-turns'
import type { Databases } from './databases'
import type { Off } from './off'
import type { Channels } from './pushes/channels'
import type { Invalidations } from './pushes/invalidations'
import type { Monitors } from './pushes/monitors'
import type { CommandRow, ReadableCache, RedisCall } from './redis-call'
import type { RedisAnswer } from './reply'
import type { Scans } from './scans'
import type { Queued, RedisSession } from './session'
import type { SignOn } from './sign-on'
import type { Watches } from './watches'
import { redisCommandNames, redisCommands, shownCommand } from '@shared/redis/commands'
import { createAboutHandlers } from './handlers/about'
import { createClientHandlers, ownSessions } from './handlers/client'
import { createCommandHandlers, createHelp } from './handlers/commands'
import { createHandshakeHandlers } from './handlers/connection'
import { createExpiryHandlers } from './handlers/expiry'
import { hashReads } from './handlers/hash-reads'
import { createHashHandlers } from './handlers/hashes'
import { createEntryHandlers } from './handlers/keys'
import { createListingHandlers } from './handlers/listing'
import { createPartHandlers } from './handlers/parts'
import { createPubSubHandlers } from './handlers/pubsub'
import { createRandomHandlers } from './handlers/random-items'
import { createServerHandlers } from './handlers/server'
import { createSetAlgebraHandlers } from './handlers/set-algebra'
import { createSetHandlers } from './handlers/sets'
import { createStringHandlers } from './handlers/strings'
import { structureScans } from './handlers/structure-scans'
import { createTrackingHandlers } from './handlers/tracking'
import { createTransactionHandlers } from './handlers/transactions'
import { createStructureWriter } from './structures'

interface TableParts {
  serving: Pick<Serving, 'open'>
  clock: Clock
  stopwatch: Stopwatch
  databases: Databases
  signOn: SignOn
  off: Pick<Off, 'of'>
  scans: Scans
  leave: (session: RedisSession) => void
  channels: Channels
  invalidations: Invalidations
  monitors: Monitors
  watches: Watches
  turns: CacheTurns
  sessions: ReadonlyMap<number, RedisSession>
  valueLimit: () => number
  version: string
  runId: string
  port: () => number
  budget: () => number
  /** Runs a command of a transaction. */
  run: (call: RedisCall, queued: Queued, hasTurn: boolean) => Maybe<RedisAnswer>
}

/** What a command needs of the cache in use. */
type PlaceOf<Spec extends { scope: string }> = Spec extends { cacheless: true } ? 'none' : Spec['scope']

/** What answers a command, as its row says what it does. Parts are answered, not their command. */
type Handler<Name extends RedisCommandName> = PlaceOf<(typeof redisCommands)[Name]> extends infer Scope
  ? Scope extends 'none'
    ? (call: RedisCall) => Maybe<RedisAnswer>
    : Scope extends 'read'
      ? (call: RedisCall, cache: ReadableCache) => Maybe<RedisAnswer>
      : (call: RedisCall, cache: ServedCache) => Maybe<RedisAnswer>
  : never

/** Commands that only have parts. */
const onlyParts = ['client', 'config', 'memory', 'object', 'latency', 'slowlog', 'pubsub'] as const
const containers: ReadonlySet<string> = new Set(onlyParts)
const withParts: ReadonlySet<string> = new Set(
  redisCommandNames.filter(name => name.includes('|')).map(name => name.slice(0, name.indexOf('|'))),
)
type Help = `${string}|help`
type Answered = Exclude<RedisCommandName, (typeof onlyParts)[number] | Help>
type Handlers = { [Name in Answered]: Handler<Name> }

/** By their names in lower case. */
export type CommandTable = ReadonlyMap<string, CommandRow>

/** Puts every command of the table together with what answers it. */
export function createCommandTable(parts: TableParts): CommandTable {
  const table = new Map<string, CommandRow>()
  const rowOf = (name: string): CommandRow => table.get(name) as CommandRow
  const own = (call: RedisCall): RedisSession[] => ownSessions(parts.sessions, call)
  const rows = (): readonly CommandRow[] => [...table.values()]
  const help = createHelp(rows)
  const structures = createStructureWriter(parts.valueLimit)
  const handlers: Handlers = {
    ...createHandshakeHandlers(parts),
    ...createClientHandlers({ ...parts, own }),
    ...createTrackingHandlers({ ...parts, own }),
    ...createPubSubHandlers(parts),
    // How many entries there are is read from a cache.
    ...createAboutHandlers({
      ...parts,
      size: ({ principal, session }) =>
        principal?.scopes.has('read') ? parts.databases.size(principal, session.cache) : 0,
      isLoading: ({ session, principal }) => parts.off.of(session, principal) === 'loading',
    }),
    ...createServerHandlers(parts),
    ...createCommandHandlers(rows),
    ...createStringHandlers(parts.clock),
    ...createPartHandlers(parts.valueLimit),
    ...createEntryHandlers(parts.databases),
    ...createExpiryHandlers(parts.clock),
    ...createListingHandlers(parts.scans),
    ...createHashHandlers(structures),
    ...hashReads,
    ...createSetHandlers(structures),
    ...createSetAlgebraHandlers(structures),
    ...createRandomHandlers(parts.valueLimit),
    ...structureScans,
    ...createTransactionHandlers({ ...parts, rowOf }),
  }
  for (const name of redisCommandNames) {
    const spec: RedisCommandSpec = redisCommands[name]
    const handle = (handlers as Partial<Record<RedisCommandName, CommandRow['action']['handle']>>)[name]
      ?? (name.endsWith('|help') ? help : noAnswer)
    const does = spec.scope === 'none' || spec.cacheless ? 'nothing' : spec.scope === 'read' ? 'read' : 'write'
    table.set(name, {
      name,
      shown: shownCommand(name),
      spec,
      operation: does === 'nothing' ? null : `redis.${does}`,
      action: { does, handle } as CommandRow['action'],
      hasParts: withParts.has(name),
      isContainer: containers.has(name),
      isOpen: spec.flags.includes('no_auth'),
      needsRoom: spec.flags.includes('denyoom'),
    })
  }
  return table
}

/** A command that only has parts is told apart before. */
function noAnswer(): never {
  throw new Error('A command was run that only has parts')
}
