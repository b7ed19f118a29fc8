import type { CacheSettings } from '@shared/cache-settings'
import type { Principal } from '../base/principal'
import type { ConnectionDirectory } from './connection-directory'
import { invalidField, LarderError } from '@shared/errors'
import { sourcePrefix } from '@shared/source-settings'
import { isAdministrator } from '../base/principal'

export type KnownConnections = Pick<ConnectionDirectory, 'has' | 'get'>

/** What a cache does at connections, and whose it is. */
export interface ConnectedCache extends Pick<CacheSettings, 'source' | 'backend'> { id: string, userId: string }

/**
 * The caller must be able to name the connection: administrators name any, others those that are
 * offered. Throws LarderError `connection-not-found`, which is the same for one that is not offered
 * and for one that is not there.
 */
export function requireConnection(
  { has, get }: KnownConnections,
  caller: Principal,
  field: 'source.connection' | 'backend.connection' | 'connection',
  name: string,
): void {
  if (has(name) && (isAdministrator(caller) || get(name).offered))
    return
  const message = `must be one of the connections; there is no ${name}`
  throw new LarderError('connection-not-found', `${field}: ${message}`, { errors: [{ field, message }] })
}

/**
 * On a connection that is offered, no source of a user may reach the keys that a cache of another
 * user keeps there. Throws LarderError `invalid-input`, which names no cache.
 *
 * @param caches those of all users, but for the one that gets this source or backend
 * @param sourceField what says which keys the source reaches
 */
export function keepApart(
  { has, get }: KnownConnections,
  { userId, source, backend }: Omit<ConnectedCache, 'id'>,
  caches: Iterable<ConnectedCache>,
  sourceField: 'source.key' | 'prefix' = 'source.key',
): void {
  const isOffered = (name: string): boolean => has(name) && get(name).offered
  for (const other of caches) {
    if (other.userId === userId)
      continue
    if (meet(source, other.backend) && isOffered(other.backend.connection)) {
      throw invalidField(
        sourceField,
        'must begin otherwise, because with it the source would reach what another cache keeps on this connection',
      )
    }
    if (meet(other.source, backend) && isOffered(backend.connection)) {
      throw invalidField(
        'backend.prefix',
        'must be another, because the source of another cache on this connection would reach what is kept with it',
      )
    }
  }
}

type Backend = CacheSettings['backend']

function meet(source: CacheSettings['source'], backend: Backend): backend is NonNullable<Backend> {
  if (source?.connection === undefined || source.connection !== backend?.connection)
    return false
  const before = sourcePrefix(source, '')
  return before.startsWith(backend.prefix) || backend.prefix.startsWith(before)
}
