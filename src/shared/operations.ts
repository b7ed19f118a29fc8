import type { z } from 'zod'
import { cachesOperations } from './operations/caches'
import { clientsOperations } from './operations/clients'
import { connectionsOperations } from './operations/connections'
import { historyOperations } from './operations/history'
import { importsOperations } from './operations/imports'
import { jobsOperations } from './operations/jobs'
import { logOperations } from './operations/log'
import { peopleOperations } from './operations/people'
import { redisRunOperations } from './operations/redis'
import { requestsOperations } from './operations/requests'
import { serverOperations } from './operations/server'
import { snapshotsOperations } from './operations/snapshots'

export type { OperationSpec } from './operations/spec'

/**
 * The table of operations, which lists every management operation once. HTTP admin routes, IPC
 * channels, the OpenAPI document and the typed client are all derived from it.
 */
export const operations = {
  ...cachesOperations,
  ...clientsOperations,
  ...connectionsOperations,
  ...historyOperations,
  ...importsOperations,
  ...jobsOperations,
  ...logOperations,
  ...peopleOperations,
  ...redisRunOperations,
  ...requestsOperations,
  ...serverOperations,
  ...snapshotsOperations,
} as const

type Operations = typeof operations
export type OperationName = keyof Operations
/** What a caller passes: defaults may be left out. */
export type OperationInput<N extends OperationName> = z.input<Operations[N]['input']>
/** What a handler receives: defaults are filled in. */
export type OperationParsed<N extends OperationName> = z.output<Operations[N]['input']>
export type OperationOutput<N extends OperationName> = z.output<Operations[N]['output']>
/** One function per operation; over HTTP, IPC or in process. */
export type Client = { [N in OperationName]: (
  ...input: Record<string, never> extends OperationInput<N> ? [OperationInput<N>?] : [OperationInput<N>]
) => Promise<OperationOutput<N>> }
