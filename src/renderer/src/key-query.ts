import type { LocationQuery } from 'vue-router'
import { percentDecode, percentEncode } from '@shared/entry-key'

/**
 * Returns the query that carries an entry key in a console address. Text goes into `key` as it is;
 * other keys go into `bytes`, percent-encoded, because an address cannot hold half a surrogate
 * pair. An empty key gives neither.
 */
export function keyQuery(key: string): { key: string | undefined, bytes: string | undefined } {
  const isText = key.isWellFormed()
  return { key: isText && key !== '' ? key : undefined, bytes: isText ? undefined : percentEncode(key) }
}

/** Returns the key that `keyQuery` put into an address; empty if there is none. */
export function keyOf({ key, bytes }: LocationQuery): string {
  if (typeof bytes === 'string')
    return percentDecode(bytes) ?? ''
  return typeof key === 'string' ? key : ''
}
