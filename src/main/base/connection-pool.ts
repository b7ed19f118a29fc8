import type { ConnectionDefinition } from '@shared/connections/read'
import type { ConnectionResult } from '@shared/connections/schemas'
import type { ConnectionState } from '@shared/connections/states'
import type { FieldError } from '@shared/errors'

/** A connection as the pool opens it. */
export interface PooledConnection extends Pick<ConnectionDefinition, 'driver' | 'values'> {
  /** Reads the secrets, each time that it is opened. Throws LarderError. */
  secrets: () => Promise<ConnectionDefinition['secrets']>
}

export interface ConnectionCondition {
  state: ConnectionState
  /** Why it is down, as a sentence. */
  detail: string | null
  /** What answered last, such as `Redis 7.0.15`. */
  server: string | null
}

/** Port to the open connections. Implemented in `upstreams/`. */
export interface ConnectionPool {
  /** Makes a connection known, or another one of this name; does not open it. */
  put: (name: string, connection: PooledConnection) => void
  /** Closes a connection and forgets it. */
  remove: (name: string) => void
  /** Of a connection that is known. */
  condition: (name: string) => ConnectionCondition
  /** What is wrong with fields on this machine, found out without opening anything. */
  refuse: (definition: ConnectionDefinition) => Promise<FieldError | null>
  /** Tries a connection step by step, on a way of its own, for some seconds at most. */
  test: (
    definition: Omit<ConnectionDefinition, 'secrets'> & PooledConnection,
    options: { write: boolean, signal: AbortSignal },
  ) => Promise<ConnectionResult>
}
