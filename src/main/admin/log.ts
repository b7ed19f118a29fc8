import type { OperationOutput, OperationParsed } from '@shared/operations'
import type { LogPage, LogQuery } from '@shared/server-log'
import type { CallContext } from '../base/operation-handlers'
import type { ServedCaches } from '../serving/caches'
import type { ConnectionDirectory } from './connection-directory'
import type { HandlersOf } from './handlers'
import type { KeyRing } from './key-ring'
import type { ServerStateDependencies } from './server-state'
import type { UserDirectory } from './user-directory'
import { limits } from '@shared/limits'

export interface LogHandlerDependencies extends
  Pick<ServerStateDependencies, 'readiness' | 'watch' | 'stopwatch' | 'info'> {
  readLog: (query: LogQuery) => Promise<LogPage>
  caches: Pick<ServedCaches, 'list'>
  users: Pick<UserDirectory, 'list'>
  keys: Pick<KeyRing, 'list'>
  connections: Pick<ConnectionDirectory, 'list'>
  describeSettings: (
    input: OperationParsed<'settings.get'>,
    context: CallContext,
  ) => OperationOutput<'settings.get'> | Promise<OperationOutput<'settings.get'>>
  ownerName: string
}

/** Warnings and errors of the log that a report gets. */
const newest = 50

export function createLogHandlers(deps: LogHandlerDependencies): HandlersOf<'logs' | 'diagnostics'> {
  return {
    'logs.list': deps.readLog,
    'diagnostics.get': async (_, context) => {
      const { writeDiagnostics } = await import('./diagnostics')
      const caches = deps.caches.list().map(({ cache }) => cache)
      const users = deps.users.list()
      const keys = users.flatMap(({ id }) => deps.keys.list(id))
      const connections = deps.connections.list()
      const log = await deps.readLog({ level: 'warn', text: '', limit: newest })
      const settings = await deps.describeSettings({}, context)
      const text = writeDiagnostics({
        settings,
        initial: { memory: limits.budget, valueLimit: limits.value },
        uptime: (deps.stopwatch.now() - deps.info.startedAt) / 1000,
        caches,
        counts: {
          users: users.length,
          caches: caches.length,
          entries: caches.reduce((sum, { size }) => sum + size, 0),
          keys: keys.length,
          connections: connections.length,
        },
        status: deps.readiness().status,
        watch: deps.watch(),
        drivers: new Map(connections.map(({ name, driver }) => [name, driver])),
        log: log.lines,
        names: {
          user: [...users.map(({ name }) => name), deps.ownerName],
          cache: caches.map(({ definition: { name } }) => name),
          label: keys.map(({ label }) => label),
          connection: connections.map(({ name }) => name),
          address: [new URL(settings.url).hostname, ...connections.flatMap(({ values }) => textsIn(values))],
        },
      })
      return { text }
    },
  }
}

/** Every text in the fields of a connection, and its parts: hosts, users, folders, tables. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    const parts = value.replace(/^[a-z+]+:\/\//, '').split(/[^\p{L}\p{N}_-]+/u)
    return [value, ...parts.filter(part => /\D/.test(part))]
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
