import type { CacheSettings } from '@shared/cache-settings'
import type { Principal } from '../base/principal'
import type { KnownConnections } from './offered-connections'
import { isDeepStrictEqual } from 'node:util'
import { invalidField, LarderError } from '@shared/errors'
import { isAdministrator } from '../base/principal'

/**
 * What a gateway may not be. Throws LarderError `admin-only`; `invalid-input` for a port that is
 * taken, and for what the other settings exclude.
 *
 * @param before the settings of the cache, or those of a new one without the change
 * @param taken ports of this server and of other gateways
 */
export function checkGateway(
  { has, get }: KnownConnections,
  caller: Principal,
  before: Readonly<CacheSettings>,
  change: Partial<CacheSettings>,
  taken: ReadonlySet<number>,
): void {
  const { gateway, source, format } = { ...before, ...change }
  const isChanged = change.gateway !== undefined && !isDeepStrictEqual(change.gateway, before.gateway)
  if (isChanged && !isAdministrator(caller))
    throw new LarderError('admin-only', 'Only an administrator may change the gateway of a cache.')
  if (gateway === null)
    return
  // Whoever may change the source of a gateway leads its port elsewhere.
  if (source?.connection !== before.source?.connection && before.gateway !== null && !isAdministrator(caller))
    throw new LarderError('admin-only', 'Only an administrator may change the source of a cache with a gateway.')
  const field = isChanged ? 'gateway' : change.source === undefined ? 'format' : 'source'
  if (source === null || (has(source.connection) && get(source.connection).driver !== 'http'))
    throw invalidField(field, 'does not fit: a gateway needs a source whose connection is by HTTP')
  if (format !== 'none')
    throw invalidField(field, 'does not fit: a gateway holds whole answers, so the storage format must be none')
  if (isChanged && taken.has(gateway.port))
    throw invalidField('gateway.port', 'is taken by this server or by another gateway')
}
