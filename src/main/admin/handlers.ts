import type { OperationName } from '@shared/operations'
import type { CallContext, OperationHandlers } from '../base/operation-handlers'
import type { Principal } from '../base/principal'
import { LarderError } from '@shared/errors'

/** The handlers of the operations whose names start with one of these words. */
export type HandlersOf<Group extends string> = Pick<OperationHandlers, Extract<OperationName, `${Group}.${string}`>>

/**
 * Returns the caller. Throws LarderError `key-missing`, but `invoke` has already refused calls that
 * lack a required credential.
 */
export function callerOf({ principal }: CallContext): Principal {
  if (!principal)
    throw new LarderError('key-missing', 'This operation needs a credential.')
  return principal
}
