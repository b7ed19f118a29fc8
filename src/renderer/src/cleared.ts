import type { CacheInfo } from '@shared/schemas'
import { formatEntries } from './format'

/**
 * What a clear of a cache deletes; null if it is nothing. What is here of a cache with a backend
 * are copies, so their number says nothing.
 */
export function clearedOf({ entries, backend }: Pick<CacheInfo, 'entries' | 'backend'>): string | null {
  if (backend !== null)
    return `all keys at ${backend.connection} with the prefix ${backend.prefix}`
  return entries === 0 ? null : formatEntries(entries)
}
