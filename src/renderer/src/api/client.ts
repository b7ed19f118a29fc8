import type { Client, OperationName } from '@shared/operations'
import type { Transport } from './transport'
import { operations } from '@shared/operations'

/** The typed client: one function per row of the operation table. */
export function createApiClient(transport: Transport): Client {
  const names = Object.keys(operations) as OperationName[]
  const methods = names.map(name => [name, (input = {}) => transport.call(name, input as never)] as const)
  // TypeScript cannot check a record that is built row by row; the table provides both the names
  // and the types.
  return Object.fromEntries(methods) as unknown as Client
}
