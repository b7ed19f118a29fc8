import type { ClientInfo, RedisState, UnknownCommand } from '@shared/clients'
import type { Principal } from './principal'

/** Who asks for connections: administrators see those of everybody. */
export type ClientReader = Pick<Principal, 'userId' | 'admin' | 'scopes' | 'caches'>

/** The connections of the Redis protocol. */
export interface RedisClients {
  clients: (reader: ClientReader) => ClientInfo[]
  /** How many there are, and their commands a second. */
  load: (reader: ClientReader) => { clients: number, perSecond: number }
  /** Closes a connection. Returns false if the reader sees none of this id. */
  disconnect: (reader: ClientReader, id: string) => boolean
  /** Commands that there are not, which this user's apps have sent, the most frequent first. */
  unknown: (userId: string) => UnknownCommand[]
}

/** What the administration may know of the face of the Redis protocol. */
export interface RedisSurface extends RedisClients {
  state: () => RedisState
  /** Why the port could not be opened again, after it had been open; null while all is well. */
  lost: () => string | null
}
