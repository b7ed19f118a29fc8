import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'

/** The way in which operations of the table reach the server. */
export interface Transport {
  /** Throws LarderError: the server's error, or `not-ready` if the server cannot be reached. */
  call: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>
}
