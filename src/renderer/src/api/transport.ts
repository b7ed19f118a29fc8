import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'

/** How an operation of the table reaches the server. */
export interface Transport {
  /** Throws LarderError: the server's own, or `not-ready` when it cannot be reached. */
  call: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>
}
