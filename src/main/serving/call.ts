import type { OperationName } from '@shared/operations'
import type { Principal } from '../base/principal'
import type { Call } from './ports'

/** For calls to which nothing was done, as nearly all are. */
export const noMarks: readonly string[] = []

/**
 * What the console, the command line or a script asks of a cache by an operation of the table.
 * Nobody finishes it.
 */
export function controlCall(principal: Principal, operation: OperationName): Call {
  return {
    principal,
    face: 'control',
    operation: null,
    method: operation,
    path: '',
    started: 0,
    space: principal.userId,
    cache: null,
    key: null,
    found: null,
    result: 'ok',
    reason: null,
    marks: noMarks,
  }
}
