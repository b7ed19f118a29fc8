import type { CacheSettings } from '@shared/cache-settings'
import type { Principal } from '../base/principal'
import type { ConnectionDirectory } from './connection-directory'
import { isDeepStrictEqual } from 'node:util'
import { invalidField, LarderError } from '@shared/errors'
import { isAdministrator } from '../base/principal'

/** A reserve takes memory from everybody; a source opens addresses inside the network. */
const serverSettings = ['reserve', 'source'] as const

/** Throws LarderError `invalid-input` (field source.connection) if there is no such connection. */
export function checkSource({ has }: Pick<ConnectionDirectory, 'has'>, { source }: Partial<CacheSettings>): void {
  if (source && !has(source.connection))
    throw invalidField('source.connection', `must be one of the connections; there is no ${source.connection}`)
}

/**
 * Some settings of a cache concern the whole server. Throws LarderError `admin-only`.
 *
 * @param before the settings of the cache, or those of a new one without the change
 */
export function checkServerSettings(
  caller: Principal,
  before: Readonly<Pick<CacheSettings, typeof serverSettings[number]>>,
  change: Partial<CacheSettings>,
): void {
  if (isAdministrator(caller))
    return
  for (const name of serverSettings) {
    if (change[name] !== undefined && !isDeepStrictEqual(change[name], before[name]))
      throw new LarderError('admin-only', `Only an administrator may change the ${name} of a cache.`)
  }
}
