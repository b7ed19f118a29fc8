import type { LarderError } from '@shared/errors'
import type { OperationName } from '@shared/operations'
import type { Principal } from '../base/principal'
import type { Call } from './ports'

/** For calls that no layer changed, which are nearly all. */
export const noMarks: readonly string[] = []

/** What a call knows of itself before anybody has answered it. */
export const untold: Pick<
  Call,
  'cache' | 'key' | 'found' | 'result' | 'reason' | 'detail' | 'ttl' | 'marks' | 'cacheControl' | 'sourced'
> = {
  cache: null,
  key: null,
  found: null,
  result: 'ok',
  reason: null,
  detail: null,
  ttl: null,
  marks: noMarks,
  cacheControl: null,
  sourced: null,
}

/**
 * Whether the console or the desktop app sent it by itself. By the credential, which no app has: a
 * header can only make a request one of an app, never the other way round.
 */
export function isConsole({ principal, asApp }: Pick<Call, 'principal' | 'asApp'>): boolean {
  return principal !== null && !asApp && (principal.kind === 'session' || principal.kind === 'control')
}

/**
 * A call from the console, the command line or a script through an operation of the table. It is
 * never passed to `finish`.
 */
export function controlCall(principal: Principal, operation: OperationName): Call {
  return callWithin(principal.userId, principal, operation)
}

/** What the server does by itself for a space, as one of these operations. */
export function ownCall(space: string, operation: OperationName): Call {
  return callWithin(space, null, operation)
}

function callWithin(space: string, principal: Principal | null, operation: OperationName): Call {
  return {
    ...untold,
    principal,
    face: 'control',
    operation: null,
    asApp: false,
    method: operation,
    path: '',
    started: 0,
    space,
    admitted: true,
  }
}

/**
 * A message that was too broken to become a call of its own. To be finished, so that people find it
 * in the request log.
 *
 * @param started milliseconds of the stopwatch
 */
export function brokenCall(error: LarderError, started: number): Call {
  return {
    ...untold,
    principal: null,
    face: 'control',
    operation: null,
    asApp: false,
    method: '',
    path: '',
    started,
    space: null,
    result: 'refused',
    reason: error.code,
    detail: error.message,
    admitted: false,
  }
}
