import type { OperationName, OperationOutput, OperationParsed, OperationSpec } from '@shared/operations'
import type { Principal } from './principal'
import { LarderError } from '@shared/errors'
import { operations } from '@shared/operations'
import { parseInput } from '@shared/validation'
import { isAdministrator, requireScope } from './principal'

export interface CallContext {
  /** Null only for operations of scope `open`. */
  principal: Principal | null
  /** Aborts when the caller has left; never if that cannot be noticed. */
  left?: AbortSignal
}

/** One handler per row of the operation table. */
export type OperationHandlers = {
  [N in OperationName]: (
    input: OperationParsed<N>,
    context: CallContext,
  ) => OperationOutput<N> | Promise<OperationOutput<N>>
}

/**
 * Runs an operation for any caller, over HTTP or IPC: checks scope and reach, parses the input by
 * its schema, calls the handler. Throws LarderError `key-missing`, `out-of-scope`, `admin-only`,
 * `invalid-input`, and whatever the handler throws.
 */
export async function invoke<N extends OperationName>(
  handlers: OperationHandlers,
  name: N,
  input: unknown,
  context: CallContext,
): Promise<OperationOutput<N>> {
  const spec: OperationSpec = operations[name]
  checkAccess(spec, context.principal)
  const parsed = parseInput(operations[name].input, input) as OperationParsed<N>
  try {
    return await handlers[name](parsed, context)
  }
  catch (error) {
    throw asTold(error, context.principal)
  }
}

/** Files of the machine are named to administrators only. */
function asTold(error: unknown, principal: Principal | null): unknown {
  if (!(error instanceof LarderError) || error.forAdministrators === undefined || !isAdministrator(principal))
    return error
  return new LarderError(error.code, error.forAdministrators, { cause: error, logged: error.message })
}

/** Throws LarderError `key-missing`, `out-of-scope`, `admin-only` unless the caller may run it. */
export function checkAccess(spec: Pick<OperationSpec, 'scope' | 'reach'>, principal: Principal | null): void {
  if (spec.scope === 'open')
    return
  if (!principal)
    throw new LarderError('key-missing', 'Send an API key in the Api-Key header, or as Authorization: Bearer …')
  if (spec.scope !== 'any')
    requireScope(principal, spec.scope)
  if (spec.reach === 'server' && !principal.admin) {
    throw new LarderError(
      'admin-only',
      'Only an administrator may do this, because it affects every user of this server.',
    )
  }
}
