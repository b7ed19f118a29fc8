import type { LogPage, LogQuery } from '@shared/server-log'
import type { HandlersOf } from './handlers'

export interface LogDependencies {
  /** A page of the log in the data folder. */
  readLog: (query: LogQuery) => Promise<LogPage>
}

export function createLogHandlers({ readLog }: LogDependencies): HandlersOf<'logs'> {
  return { 'logs.list': readLog }
}
