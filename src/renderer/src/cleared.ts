import type { EntrySelector } from '@shared/entry-filter'
import type { CacheInfo } from '@shared/schemas'
import { counted } from '@shared/grouped'
import { spellKey } from '@shared/key-spelling'
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

/**
 * What is deleted at a backend where entries are chosen by what they have in common; null if they
 * are named one by one, or there is no backend: then their number says it.
 *
 * @param select null for everything
 */
export function deletedElsewhere(
  { backend }: Pick<CacheInfo, 'backend'>,
  select: readonly (EntrySelector | { keys: readonly string[] })[] | null,
): string | null {
  if (backend === null)
    return null
  const { connection, prefix } = backend
  if (select === null)
    return clearedOf({ backend, entries: 0 })
  const [first, ...others] = select.flatMap(selector => 'keys' in selector ? [] : [selector])
  if (first === undefined)
    return null
  const keys = select.reduce((sum, selector) => sum + ('keys' in selector ? selector.keys.length : 0), 0)
  // Of several selectors, all but the last are folders.
  const all = others.length > 0
    ? `all keys at ${connection} in the ${others.length + 1} chosen folders`
    : 'prefix' in first
      ? `all keys at ${connection} with the prefix ${spellKey(prefix + first.prefix)}`
      : 'tag' in first
        ? `all entries at ${connection} with the tag ${first.tag}`
        : `all entries at ${connection} that match ${'glob' in first ? spellKey(first.glob) : first.filter}`
  return keys === 0 ? all : `${all} and ${counted(keys, 'key', 'keys')} more`
}
