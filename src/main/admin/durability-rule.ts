import type { CacheSettings } from '@shared/cache-settings'
import { invalidField } from '@shared/errors'

/**
 * Refuses a promise that nothing keeps: a write of a cache that is not persistent never reaches the
 * disk. A cache that stops being persistent keeps what was chosen. Throws LarderError
 * `invalid-input` (field durability).
 *
 * @param before the settings of the cache, or those of a new one without the change
 */
export function checkDurability(before: Readonly<CacheSettings>, change: Partial<CacheSettings>): void {
  const { persistent, durability } = { ...before, ...change }
  if (durability === 'always' && durability !== before.durability && !persistent)
    throw invalidField('durability', 'must be everysec, unless the cache is persistent')
}
