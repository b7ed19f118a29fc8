import type { OperationName } from '@shared/operations'
import type { Principal } from '../base/principal'
import type { Call } from './ports'

/** For calls that no layer changed, which are nearly all. */
export const noMarks: readonly string[] = []

/**
 * A call from the console, the command line or a script through an operation of the table. It is
 * never passed to `finish`.
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
