import type { LocationQuery } from 'vue-router'
import { percentDecode, percentEncode } from '@shared/entry-key'

/**
 * An entry key in the console's own address: as it is, or as `bytes`, percent-encoded, where it is
 * no text: no address can hold half a surrogate pair. Empty: none.
 */
export function keyQuery(key: string): { key: string | undefined, bytes: string | undefined } {
  const isText = key.isWellFormed()
  return { key: isText && key !== '' ? key : undefined, bytes: isText ? undefined : percentEncode(key) }
}

/** What `keyQuery` has put into an address; empty where there is none. */
export function keyOf({ key, bytes }: LocationQuery): string {
  if (typeof bytes === 'string')
    return percentDecode(bytes) ?? ''
  return typeof key === 'string' ? key : ''
}
