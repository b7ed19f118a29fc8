import type { ConnectionDefinition } from '@shared/connections/read'
import type { RedisOffMode } from '@shared/redis/off-modes'
import type { VaultChoice } from './secret-vault'

/**
 * Everything that is decided before the server starts, from flags, environment, `.env` and defaults
 * (in order of precedence).
 */
export interface Configuration {
  /** Absolute folder of databases and logs. */
  home: string
  /** 0 picks a free port. */
  port: number
  /**
   * Where the Redis protocol is spoken; null = nowhere. If nobody asked for this port, it may be
   * taken. `socket` is the absolute path of a unix socket as well.
   */
  redis: { port: number, isAsked: boolean, socket?: string } | null
  /** What Redis clients see while caching is off; null = not given: the stored setting applies. */
  redisOff: RedisOffMode | null
  /** Address to bind; null = 127.0.0.1 and, if the machine has it, ::1. */
  host: string | null
  /** Additional `host` or `host:port` values accepted in the Host header, in lower case. */
  allowedHosts: string[]
  tls: { certificate: string, key: string } | null
  allowPlaintext: boolean
  /** `LARDER_API_KEY`: an API key of the owner with all scopes for this run. */
  apiKey: string | null
  vault: VaultChoice
  /** Bytes; null = not given: the stored setting or 256 MB applies. */
  memory: number | null
  /**
   * Bytes that requests in flight may hold; null = a quarter of the memory budget, at least 64 MB.
   */
  inFlight: number | null
  headless: boolean
  /** Absolute path of a snapshot that is loaded before the server is ready. */
  seed: string | null
  /** `LARDER_CONNECTION_<NAME>`: connections for this run, which are never stored. */
  connections: EnvironmentConnection[]
}

/** A connection that a variable gives. */
export interface EnvironmentConnection extends ConnectionDefinition {
  name: string
  /** The whole name of the variable. */
  variable: string
}
