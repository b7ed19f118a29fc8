import type { DataOperationName } from './data-operations'
import type { RedisOperationName } from './redis/operations'
import { dataOperations } from './data-operations'
import { redisOperations } from './redis/operations'

/** What a call may be, by whatever protocol it comes. */
export type CallOperationName = DataOperationName | RedisOperationName

/** What decides whether a call may do it, and how it counts. */
export interface CallOperationSpec {
  scope: 'read' | 'write'
  mutates: boolean
  /** The result of a call of it that changed nothing. */
  unchanged?: 'ok'
}

export const callOperations: Readonly<Record<CallOperationName, CallOperationSpec>> = {
  ...dataOperations,
  ...redisOperations,
}
