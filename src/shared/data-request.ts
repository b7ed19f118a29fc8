import { percentEncode } from './entry-key'
import { encodeSegment } from './request-of'

/** Path of a cache on the native face. Throws LarderError as `encodeSegment` does. */
export function cachePath(cache: string): string {
  return `/api/caches/${encodeSegment('cache', cache)}`
}

/** Path of all its entries. */
export function entriesPath(cache: string): string {
  return `${cachePath(cache)}/entries`
}

/** Path of one entry. */
export function entryPath(cache: string, key: string): string {
  return `${entriesPath(cache)}/${encodeSegment('key', key)}`
}

/** A query with its question mark, or nothing. Bytes of keys that are no text become `%FF`. */
export function queryOf(fields: object): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${percentEncode(String(value))}`])
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
