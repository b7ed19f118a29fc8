import type { CacheSettings } from '@shared/cache-settings'
import type { Principal } from '../base/principal'
import { isDeepStrictEqual } from 'node:util'
import { LarderError } from '@shared/errors'
import { isAdministrator } from '../base/principal'

/** A reserve takes memory from everybody; a source opens addresses inside the network. */
const serverSettings = ['reserve', 'source'] as const

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
